package invoicespdf

import (
	"strings"

	"rialto/functions/invoices"
	"rialto/functions/marketplaces"
)

// words are the labels of a document in a language.
type words struct {
	invoice, receipt, creditNote          string
	number, toInvoice, issued             string
	order, ordered                        string
	soldBy, soldTo, taxID                 string
	quantity, rate, tax, amount           string
	asGoods, withoutTax, total, givenBack string // the tax rate of what goes with goods of several; and the sums
}

// title says what a document is.
func (w words) title(k invoices.Kind) string {
	return map[invoices.Kind]string{invoices.Invoice: w.invoice, invoices.Receipt: w.receipt, invoices.CreditNote: w.creditNote}[k]
}

// wordsOf are those of a marketplace's language.
func wordsOf(marketplace string) words {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return languages["en"]
	}
	base, _, _ := strings.Cut(m.Language, "-")
	if w, there := languages[base]; there {
		return w
	}
	return languages["en"]
}

// languages has those of the 23 marketplaces.
var languages = map[string]words{
	"en": {"Invoice", "Receipt", "Credit note", "Number", "To invoice", "Issued", "Order", "Ordered", "Sold by", "Sold to", "Tax id",
		"Quantity", "Tax rate", "Tax", "Amount", "as goods", "Without tax", "Total, tax in it", "Given back, tax in it"},
	"de": {"Rechnung", "Beleg", "Gutschrift", "Nummer", "Zu Rechnung", "Ausgestellt am", "Bestellung", "Bestellt am", "Verkäufer", "Käufer",
		"Steuernummer", "Menge", "Steuersatz", "Steuer", "Betrag", "wie Waren", "Ohne Steuer", "Gesamtbetrag inkl. Steuer", "Erstattet inkl. Steuer"},
	"fr": {"Facture", "Reçu", "Avoir", "Numéro", "Sur la facture", "Émise le", "Commande", "Commandé le", "Vendeur", "Acheteur", "N° fiscal",
		"Quantité", "Taux", "Taxe", "Montant", "produits", "Hors taxes", "Total TTC", "Remboursé TTC"},
	"es": {"Factura", "Recibo", "Nota de crédito", "Número", "De la factura", "Emitida el", "Pedido", "Pedido el", "Vendedor", "Comprador",
		"Id. fiscal", "Cantidad", "Tipo", "Impuesto", "Importe", "productos", "Sin impuestos", "Total, impuestos incluidos",
		"Devuelto, impuestos incluidos"},
	"it": {"Fattura", "Ricevuta", "Nota di credito", "Numero", "Alla fattura", "Emessa il", "Ordine", "Ordinato il", "Venditore", "Acquirente",
		"Partita IVA", "Quantità", "Aliquota", "Imposta", "Importo", "come beni", "Senza imposta", "Totale, imposta inclusa",
		"Rimborsato, imposta inclusa"},
	"ja": {"請求書", "領収書", "返金明細書", "番号", "対象の請求書", "発行日", "注文", "注文日", "販売者", "購入者", "登録番号", "数量", "税率", "税額", "金額",
		"商品と同じ", "税抜", "合計（税込）", "返金額（税込）"},
	"pt": {"Fatura", "Recibo", "Nota de crédito", "Número", "Da fatura", "Emitida em", "Pedido", "Pedido em", "Vendedor", "Comprador", "CNPJ/CPF",
		"Quantidade", "Alíquota", "Imposto", "Valor", "produtos", "Sem imposto", "Total com imposto", "Reembolsado com imposto"},
	"nl": {"Factuur", "Bon", "Creditnota", "Nummer", "Bij factuur", "Datum", "Bestelling", "Besteld op", "Verkoper", "Koper", "Btw-nummer", "Aantal",
		"Tarief", "Btw", "Bedrag", "als artikelen", "Zonder btw", "Totaal incl. btw", "Terugbetaald incl. btw"},
	"pl": {"Faktura", "Paragon", "Faktura korygująca", "Numer", "Do faktury", "Wystawiono", "Zamówienie", "Zamówiono", "Sprzedawca", "Nabywca", "NIP",
		"Ilość", "Stawka", "Podatek", "Kwota", "jak towary", "Bez podatku", "Razem z podatkiem", "Zwrócono z podatkiem"},
	"sv": {"Faktura", "Kvitto", "Kreditnota", "Nummer", "Till faktura", "Utfärdad", "Beställning", "Beställd", "Säljare", "Köpare", "Momsnummer",
		"Antal", "Momssats", "Moms", "Belopp", "som varor", "Exklusive moms", "Totalt inklusive moms", "Återbetalt inklusive moms"},
	"tr": {"Fatura", "Makbuz", "İade faturası", "Numara", "İlgili fatura", "Düzenlenme", "Sipariş", "Sipariş tarihi", "Satıcı", "Alıcı", "Vergi no",
		"Miktar", "Oran", "Vergi", "Tutar", "ürün gibi", "Vergisiz", "Vergi dahil toplam", "Vergi dahil iade"},
	"ar": {"فاتورة", "إيصال", "إشعار دائن", "الرقم", "للفاتورة", "تاريخ الإصدار", "الطلب", "تاريخ الطلب", "البائع", "المشتري", "الرقم الضريبي", "الكمية",
		"النسبة", "الضريبة", "المبلغ", "كالسلع", "دون الضريبة", "الإجمالي شامل الضريبة", "المسترد شامل الضريبة"},
}
