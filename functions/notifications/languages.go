package notifications

import (
	"strings"

	"rialto/functions/fulfillment"
)

// text is what a mail of a kind says. %s of a subject is the order's number, %s of an opening the amount of a refund, or where a webhook is.
type text struct{ subject, opening string }

// words are what the mails say in a language, in short plain sentences.
type words struct {
	mails map[Kind]text
	// The words beside figures.
	order, placedOn, items, discount, shipping, tax, total, carrier, tracking, expected string
	// unsubscribe stands before the link that ends requests for reviews.
	unsubscribe string
	// cancelledBy stands before who cancelled.
	cancelledBy string
	actors      map[fulfillment.Actor]string
}

// who are the actors, as a customer reads of them.
func who(shopper, seller, operator, system string) map[fulfillment.Actor]string {
	return map[fulfillment.Actor]string{fulfillment.Shopper: shopper, fulfillment.Seller: seller, fulfillment.Operator: operator,
		fulfillment.System: system}
}

// fallback is the language of whoever's has none here.
const fallback = "en"

// wordsOf returns the words of a language (BCP 47) and which language they are in.
func wordsOf(tag string) (words, string) {
	base, _, _ := strings.Cut(tag, "-")
	if w, there := languages[base]; there {
		return w, base
	}
	return languages[fallback], fallback
}

// languages has those of the 23 marketplaces.
var languages = map[string]words{
	"en": {map[Kind]text{
		Confirmed:  {"Your order %s", "Thank you for your order. We write again when it is on its way."},
		Shipped:    {"A parcel of your order %s is on its way", "This parcel is on its way to you:"},
		Delivered:  {"A parcel of your order %s was delivered", "This parcel was delivered:"},
		Cancelled:  {"Items of your order %s were cancelled", "These items were cancelled. You do not pay for them:"},
		Refunded:   {"A refund for your order %s", "We refunded %s. Your bank may take some days to show it."},
		TurnedBack: {"A refund for your order %s came back", "Your bank did not accept a refund of %s. We are looking into it."},
		Review:     {"What do you think of your order %s?", "You can review these items now:"},
		WebhookOff: {"Your webhook was turned off",
			"Your webhook at %s takes no messages, so we turned it off. " +
				"Put it again to turn it on: what waits for it is sent then."},
	}, "Order", "Placed on", "Items", "Discount", "Shipping", "Tax", "Total", "Carrier", "Tracking number", "Expected by",
		"If you do not want to be asked for reviews:", "Cancelled by",
		who("you", "the seller", "Rialto", "Rialto, automatically")},
	"de": {map[Kind]text{
		Confirmed:  {"Ihre Bestellung %s", "Vielen Dank für Ihre Bestellung. Wir schreiben Ihnen wieder, wenn sie unterwegs ist."},
		Shipped:    {"Ein Paket Ihrer Bestellung %s ist unterwegs", "Dieses Paket ist auf dem Weg zu Ihnen:"},
		Delivered:  {"Ein Paket Ihrer Bestellung %s wurde zugestellt", "Dieses Paket wurde zugestellt:"},
		Cancelled:  {"Artikel Ihrer Bestellung %s wurden storniert", "Diese Artikel wurden storniert. Sie bezahlen sie nicht:"},
		Refunded:   {"Eine Erstattung für Ihre Bestellung %s", "Wir haben %s erstattet. Ihre Bank zeigt das vielleicht erst in einigen Tagen."},
		TurnedBack: {"Eine Erstattung für Ihre Bestellung %s kam zurück", "Ihre Bank hat eine Erstattung von %s nicht angenommen. Wir kümmern uns darum."},
		Review:     {"Wie gefällt Ihnen Ihre Bestellung %s?", "Sie können diese Artikel jetzt bewerten:"},
		WebhookOff: {"Ihr Webhook wurde ausgeschaltet",
			"Ihr Webhook bei %s nimmt keine Nachrichten an, deshalb haben wir ihn ausgeschaltet. " +
				"Richten Sie ihn neu ein, um ihn wieder einzuschalten: Dann wird gesendet, was auf ihn wartet."},
	}, "Bestellung", "Bestellt am", "Artikel", "Rabatt", "Versand", "Steuer", "Gesamtbetrag", "Versanddienst", "Sendungsnummer", "Erwartet bis",
		"Wenn Sie nicht um Bewertungen gebeten werden möchten:", "Storniert von",
		who("Ihnen", "dem Verkäufer", "Rialto", "Rialto, automatisch")},
	"fr": {map[Kind]text{
		Confirmed:  {"Votre commande %s", "Merci pour votre commande. Nous vous écrirons quand elle sera en route."},
		Shipped:    {"Un colis de votre commande %s est en route", "Ce colis est en route :"},
		Delivered:  {"Un colis de votre commande %s a été livré", "Ce colis a été livré :"},
		Cancelled:  {"Des articles de votre commande %s ont été annulés", "Ces articles ont été annulés. Vous ne les payez pas :"},
		Refunded:   {"Un remboursement pour votre commande %s", "Nous avons remboursé %s. Votre banque peut mettre quelques jours à l'afficher."},
		TurnedBack: {"Un remboursement pour votre commande %s est revenu", "Votre banque n'a pas accepté un remboursement de %s. Nous nous en occupons."},
		Review:     {"Que pensez-vous de votre commande %s ?", "Vous pouvez maintenant donner votre avis sur ces articles :"},
		WebhookOff: {"Votre webhook a été désactivé",
			"Votre webhook sur %s n'accepte aucun message ; nous l'avons donc désactivé. " +
				"Enregistrez-le à nouveau pour le réactiver : ce qui l'attend sera alors envoyé."},
	}, "Commande", "Passée le", "Articles", "Remise", "Livraison", "Taxes", "Total", "Transporteur", "Numéro de suivi", "Prévue au plus tard le",
		"Si vous ne voulez plus recevoir de demandes d'avis :", "Annulés par",
		who("vous", "le vendeur", "Rialto", "Rialto, automatiquement")},
	"es": {map[Kind]text{
		Confirmed:  {"Su pedido %s", "Gracias por su pedido. Le escribiremos cuando esté en camino."},
		Shipped:    {"Un paquete de su pedido %s está en camino", "Este paquete está en camino:"},
		Delivered:  {"Un paquete de su pedido %s ha sido entregado", "Este paquete ha sido entregado:"},
		Cancelled:  {"Se han cancelado artículos de su pedido %s", "Estos artículos se han cancelado. No los paga:"},
		Refunded:   {"Un reembolso de su pedido %s", "Hemos reembolsado %s. Su banco puede tardar unos días en mostrarlo."},
		TurnedBack: {"Un reembolso de su pedido %s ha sido devuelto", "Su banco no ha aceptado un reembolso de %s. Lo estamos revisando."},
		Review:     {"¿Qué le parece su pedido %s?", "Ya puede opinar sobre estos artículos:"},
		WebhookOff: {"Su webhook se ha desactivado",
			"Su webhook en %s no acepta mensajes, por eso lo hemos desactivado. " +
				"Vuelva a registrarlo para activarlo: entonces se enviará lo que está en espera."},
	}, "Pedido", "Fecha del pedido", "Artículos", "Descuento", "Envío", "Impuestos", "Total", "Transportista", "Número de seguimiento",
		"Entrega prevista hasta el", "Si no quiere que le pidamos opiniones:", "Cancelados por",
		who("usted", "el vendedor", "Rialto", "Rialto, automáticamente")},
	"it": {map[Kind]text{
		Confirmed:  {"Il suo ordine %s", "Grazie per il suo ordine. Le scriveremo quando sarà in viaggio."},
		Shipped:    {"Un pacco del suo ordine %s è in viaggio", "Questo pacco è in viaggio:"},
		Delivered:  {"Un pacco del suo ordine %s è stato consegnato", "Questo pacco è stato consegnato:"},
		Cancelled:  {"Articoli del suo ordine %s sono stati annullati", "Questi articoli sono stati annullati. Non li paga:"},
		Refunded:   {"Un rimborso per il suo ordine %s", "Abbiamo rimborsato %s. La sua banca può impiegare alcuni giorni per mostrarlo."},
		TurnedBack: {"Un rimborso per il suo ordine %s è tornato indietro", "La sua banca non ha accettato un rimborso di %s. Ce ne stiamo occupando."},
		Review:     {"Che cosa pensa del suo ordine %s?", "Ora può recensire questi articoli:"},
		WebhookOff: {"Il suo webhook è stato disattivato",
			"Il suo webhook su %s non accetta messaggi, perciò lo abbiamo disattivato. " +
				"Lo registri di nuovo per riattivarlo: allora sarà inviato ciò che è in attesa."},
	}, "Ordine", "Data dell'ordine", "Articoli", "Sconto", "Spedizione", "Imposte", "Totale", "Corriere", "Numero di spedizione",
		"Consegna prevista entro il", "Se non vuole ricevere richieste di recensioni:", "Chi li ha annullati",
		who("lei", "il venditore", "Rialto", "Rialto, automaticamente")},
	"ja": {map[Kind]text{
		Confirmed:  {"ご注文 %s", "ご注文ありがとうございます。発送しましたら、またお知らせします。"},
		Shipped:    {"ご注文 %s の荷物を発送しました", "次の荷物を発送しました。"},
		Delivered:  {"ご注文 %s の荷物が配達されました", "次の荷物が配達されました。"},
		Cancelled:  {"ご注文 %s の商品がキャンセルされました", "次の商品はキャンセルされました。代金は請求されません。"},
		Refunded:   {"ご注文 %s の返金", "%s を返金しました。銀行の明細に表示されるまで数日かかることがあります。"},
		TurnedBack: {"ご注文 %s の返金が戻されました", "%s の返金が銀行で受け付けられませんでした。現在確認しています。"},
		Review:     {"ご注文 %s はいかがでしたか", "次の商品のレビューを書くことができます。"},
		WebhookOff: {"Webhook を停止しました",
			"%s の Webhook がメッセージを受け付けないため、停止しました。もう一度登録すると再開し、保留中のメッセージが送信されます。"},
	}, "注文番号", "注文日", "商品", "割引", "送料", "税", "合計", "配送業者", "追跡番号", "お届け予定日",
		"レビューのお願いを受け取りたくない場合:", "キャンセル元",
		who("お客様", "販売者", "Rialto", "Rialto（自動）")},
	"pt": {map[Kind]text{
		Confirmed:  {"Seu pedido %s", "Obrigado pelo seu pedido. Escreveremos quando ele estiver a caminho."},
		Shipped:    {"Um pacote do seu pedido %s está a caminho", "Este pacote está a caminho:"},
		Delivered:  {"Um pacote do seu pedido %s foi entregue", "Este pacote foi entregue:"},
		Cancelled:  {"Itens do seu pedido %s foram cancelados", "Estes itens foram cancelados. Você não paga por eles:"},
		Refunded:   {"Um reembolso do seu pedido %s", "Reembolsamos %s. Seu banco pode levar alguns dias para mostrar o valor."},
		TurnedBack: {"Um reembolso do seu pedido %s foi devolvido", "Seu banco não aceitou um reembolso de %s. Estamos verificando."},
		Review:     {"O que você achou do seu pedido %s?", "Você já pode avaliar estes itens:"},
		WebhookOff: {"Seu webhook foi desativado",
			"Seu webhook em %s não aceita mensagens, por isso o desativamos. " +
				"Registre-o de novo para reativá-lo: o que está em espera será então enviado."},
	}, "Pedido", "Data do pedido", "Itens", "Desconto", "Frete", "Impostos", "Total", "Transportadora", "Código de rastreio",
		"Entrega prevista até", "Se você não quer receber pedidos de avaliação:", "Cancelados por",
		who("você", "o vendedor", "Rialto", "Rialto, automaticamente")},
	"nl": {map[Kind]text{
		Confirmed:  {"Uw bestelling %s", "Bedankt voor uw bestelling. We schrijven u weer als die onderweg is."},
		Shipped:    {"Een pakket van uw bestelling %s is onderweg", "Dit pakket is onderweg naar u:"},
		Delivered:  {"Een pakket van uw bestelling %s is bezorgd", "Dit pakket is bezorgd:"},
		Cancelled:  {"Artikelen van uw bestelling %s zijn geannuleerd", "Deze artikelen zijn geannuleerd. U betaalt er niet voor:"},
		Refunded:   {"Een terugbetaling voor uw bestelling %s", "We hebben %s terugbetaald. Het kan enkele dagen duren voordat uw bank dit toont."},
		TurnedBack: {"Een terugbetaling voor uw bestelling %s kwam terug", "Uw bank heeft een terugbetaling van %s niet aangenomen. We zoeken dit uit."},
		Review:     {"Wat vindt u van uw bestelling %s?", "U kunt deze artikelen nu beoordelen:"},
		WebhookOff: {"Uw webhook is uitgeschakeld",
			"Uw webhook op %s neemt geen berichten aan, daarom hebben we hem uitgeschakeld. " +
				"Stel hem opnieuw in om hem in te schakelen: wat wacht, wordt dan verzonden."},
	}, "Bestelling", "Besteld op", "Artikelen", "Korting", "Verzending", "Belasting", "Totaal", "Vervoerder", "Trackingnummer", "Verwacht uiterlijk",
		"Als u niet om beoordelingen gevraagd wilt worden:", "Geannuleerd door",
		who("u", "de verkoper", "Rialto", "Rialto, automatisch")},
	"pl": {map[Kind]text{
		Confirmed:  {"Twoje zamówienie %s", "Dziękujemy za zamówienie. Napiszemy ponownie, gdy będzie w drodze."},
		Shipped:    {"Paczka z zamówienia %s jest w drodze", "Ta paczka jest w drodze:"},
		Delivered:  {"Paczka z zamówienia %s została dostarczona", "Ta paczka została dostarczona:"},
		Cancelled:  {"Produkty z zamówienia %s zostały anulowane", "Te produkty zostały anulowane. Nie płacisz za nie:"},
		Refunded:   {"Zwrot pieniędzy za zamówienie %s", "Zwróciliśmy %s. Bank może pokazać zwrot dopiero po kilku dniach."},
		TurnedBack: {"Zwrot pieniędzy za zamówienie %s został cofnięty", "Bank nie przyjął zwrotu %s. Wyjaśniamy to."},
		Review:     {"Jak oceniasz zamówienie %s?", "Możesz teraz ocenić te produkty:"},
		WebhookOff: {"Webhook został wyłączony",
			"Webhook pod adresem %s nie przyjmuje wiadomości, dlatego go wyłączyliśmy. " +
				"Zapisz go ponownie, aby go włączyć: wtedy zostanie wysłane to, co czeka."},
	}, "Zamówienie", "Data zamówienia", "Produkty", "Rabat", "Dostawa", "Podatek", "Razem", "Przewoźnik", "Numer przesyłki",
		"Przewidywana dostawa do",
		"Jeśli nie chcesz otrzymywać próśb o opinie:", "Kto anulował",
		who("Ty", "sprzedawca", "Rialto", "Rialto, automatycznie")},
	"sv": {map[Kind]text{
		Confirmed:  {"Din beställning %s", "Tack för din beställning. Vi skriver igen när den är på väg."},
		Shipped:    {"Ett paket från din beställning %s är på väg", "Det här paketet är på väg till dig:"},
		Delivered:  {"Ett paket från din beställning %s har levererats", "Det här paketet har levererats:"},
		Cancelled:  {"Varor i din beställning %s har avbeställts", "De här varorna har avbeställts. Du betalar inte för dem:"},
		Refunded:   {"En återbetalning för din beställning %s", "Vi har betalat tillbaka %s. Det kan ta några dagar innan din bank visar det."},
		TurnedBack: {"En återbetalning för din beställning %s kom tillbaka", "Din bank tog inte emot en återbetalning på %s. Vi undersöker det."},
		Review:     {"Vad tycker du om din beställning %s?", "Du kan nu recensera de här varorna:"},
		WebhookOff: {"Din webhook har stängts av",
			"Din webhook på %s tar inte emot några meddelanden, så vi har stängt av den. " +
				"Spara den på nytt för att slå på den: då skickas det som väntar."},
	}, "Beställning", "Beställd den", "Varor", "Rabatt", "Frakt", "Skatt", "Totalt", "Transportör", "Spårningsnummer", "Beräknad leverans senast",
		"Om du inte vill få frågor om recensioner:", "Avbeställda av",
		who("dig", "säljaren", "Rialto", "Rialto, automatiskt")},
	"tr": {map[Kind]text{
		Confirmed:  {"Siparişiniz: %s", "Siparişiniz için teşekkür ederiz. Yola çıktığında size tekrar yazacağız."},
		Shipped:    {"Siparişinizden bir paket yolda: %s", "Bu paket yolda:"},
		Delivered:  {"Siparişinizden bir paket teslim edildi: %s", "Bu paket teslim edildi:"},
		Cancelled:  {"Siparişinizdeki ürünler iptal edildi: %s", "Bu ürünler iptal edildi. Bunlar için ödeme yapmazsınız:"},
		Refunded:   {"Siparişiniz için para iadesi: %s", "Para iadesi yapıldı: %s. Bankanızın bunu göstermesi birkaç gün sürebilir."},
		TurnedBack: {"Siparişinizin para iadesi geri döndü: %s", "Bankanız bu para iadesini kabul etmedi: %s. Konuyu inceliyoruz."},
		Review:     {"Siparişinizi nasıl buldunuz? %s", "Artık bu ürünleri değerlendirebilirsiniz:"},
		WebhookOff: {"Webhook'unuz kapatıldı",
			"%s adresindeki webhook'unuz ileti kabul etmiyor, bu yüzden onu kapattık. " +
				"Yeniden açmak için tekrar kaydedin: bekleyenler o zaman gönderilir."},
	}, "Sipariş", "Sipariş tarihi", "Ürünler", "İndirim", "Kargo", "Vergi", "Toplam", "Kargo şirketi", "Takip numarası", "Tahmini teslimat",
		"Değerlendirme istekleri almak istemiyorsanız:", "İptal eden",
		who("siz", "satıcı", "Rialto", "Rialto, otomatik olarak")},
	"ar": {map[Kind]text{
		Confirmed:  {"طلبك %s", "شكرًا لطلبك. سنكتب إليك مرة أخرى عند شحنه."},
		Shipped:    {"تم شحن طرد من طلبك %s", "هذا الطرد في الطريق إليك:"},
		Delivered:  {"تم تسليم طرد من طلبك %s", "تم تسليم هذا الطرد:"},
		Cancelled:  {"تم إلغاء منتجات من طلبك %s", "تم إلغاء هذه المنتجات. لن تدفع ثمنها:"},
		Refunded:   {"استرداد مبلغ لطلبك %s", "رددنا إليك مبلغ %s. قد يحتاج البنك إلى بضعة أيام لإظهاره."},
		TurnedBack: {"عاد مبلغ مسترد لطلبك %s", "لم يقبل البنك رد مبلغ %s. نحن نتابع الأمر."},
		Review:     {"ما رأيك في طلبك %s؟", "يمكنك الآن تقييم هذه المنتجات:"},
		WebhookOff: {"تم إيقاف خطاف الويب الخاص بك",
			"خطاف الويب الخاص بك على %s لا يقبل الرسائل، لذلك أوقفناه. سجّله مرة أخرى لتشغيله: عندئذ يُرسل ما ينتظره."},
	}, "الطلب", "تاريخ الطلب", "المنتجات", "الخصم", "الشحن", "الضريبة", "المجموع", "شركة الشحن", "رقم التتبع", "موعد التسليم المتوقع",
		"إذا كنت لا تريد تلقي طلبات التقييم:", "من ألغاها",
		who("أنت", "البائع", "Rialto", "Rialto تلقائيًا")},
}
