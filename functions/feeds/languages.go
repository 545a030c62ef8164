package feeds

// translated are the names of columns in the languages of the marketplaces, as sellers there head them: German, French,
// Spanish, Italian, Dutch, Polish, Swedish, Portuguese, Turkish, Japanese and Arabic. Accents do not count (fold). A word
// that means two things in one file or another (Estado, Durum: a condition or a status) is not among them.
var translated = map[string][]string{
	colSKU: {"Händler-SKU", "Artikel-Nr.", "Artikelnr", "Bestellnummer", "Référence article", "Code article", "Referencia", "Código", "Riferimento",
		"Codice", "Codice articolo", "Kod produktu", "Indeks", "Stok kodu", "Ürün kodu", "商品コード", "商品番号", "管理番号", "رمز المنتج"},
	colQuantity: {"Anzahl", "Lagerbestand", "Verfügbare Menge", "Quantité", "Quantité disponible", "Quantité en stock", "Cantidad", "Existencias",
		"Cantidad disponible", "Quantità", "Quantità disponibile", "Giacenza", "Aantal", "Voorraad", "Ilość", "Stan magazynowy", "Antal", "Lagersaldo",
		"Quantidade", "Estoque", "Adet", "Miktar", "Stok", "Stok adedi", "Stok miktarı", "数量", "在庫", "在庫数", "الكمية", "المخزون"},
	colCentre: {"Lagerort", "Entrepôt", "Almacén", "Magazzino", "Magazijn", "Magazyn", "Lagerplats", "Armazém", "Depósito", "Depo", "倉庫", "المستودع"},
	colPrice: {"Verkaufspreis", "Prix de vente", "Prix TTC", "Precio de venta", "Prezzo di vendita", "Prijs", "Verkoopprijs", "Cena", "Cena sprzedaży",
		"Pris", "Preço", "Preço de venda", "Fiyat", "Fiyatı", "Satış fiyatı", "価格", "販売価格", "السعر", "سعر البيع"},
	colShipping: {"Frais de port", "Gastos de envío", "Spese di spedizione", "Verzendkosten", "Koszt wysyłki", "Frakt", "Fraktkostnad", "Frete",
		"Kargo ücreti", "送料", "الشحن"},
	colCurrency:  {"Devise", "Moneda", "Divisa", "Valuta", "Waluta", "Moeda", "Para birimi", "通貨", "العملة"},
	colCondition: {"Zustand", "État", "Condizione", "Conditie", "Skick", "コンディション"},
	colTitle: {"Artikelbezeichnung", "Produktname", "Titre", "Nom", "Nom du produit", "Désignation", "Título", "Nombre", "Nombre del producto", "Titolo",
		"Nome", "Nome prodotto", "Naam", "Productnaam", "Tytuł", "Nazwa", "Nazwa produktu", "Namn", "Produktnamn", "Nome do produto", "Başlık", "Ürün adı",
		"商品名", "タイトル", "اسم المنتج", "العنوان"},
	colDescription: {"Artikelbeschreibung", "Descripción", "Descrizione", "Omschrijving", "Beschrijving", "Opis", "Beskrivning", "Descrição", "Açıklama",
		"商品説明", "説明", "الوصف"},
	colBrand: {"Marque", "Fabricant", "Marca", "Fabricante", "Marchio", "Produttore", "Merk", "Marka", "Producent", "Varumärke", "Märke", "Üretici",
		"ブランド", "メーカー", "العلامة التجارية"},
	colCategory: {"Kategorien", "Catégorie", "Catégories", "Categoría", "Categorías", "Categoria", "Kategoria", "Kategori", "カテゴリ", "カテゴリー",
		"الفئة"},
	colModel: {"Modell", "Modèle", "Modelo", "Modello", "Herstellernummer", "型番"},
	colGTIN: {"Strichcode", "Code-barres", "Código de barras", "Codice a barre", "Streepjescode", "Kod kreskowy", "Streckkod", "Barkod", "JAN",
		"JANコード", "バーコード", "الباركود"},
	colImages: {"Bild", "Bilder", "Image produit", "Imagen", "Imágenes", "Immagine", "Immagini", "Afbeelding", "Zdjęcie", "Zdjęcia", "Imagem", "Imagens",
		"Görsel", "画像"},
}

// abroad are the words for what a product's state is, in those languages.
var abroad = map[string][]string{
	"new":         {"neu", "neuf", "nuevo", "nuovo", "nieuw", "nowy", "ny", "novo", "yeni", "新品", "جديد"},
	"used":        {"gebraucht", "occasion", "usado", "usato", "gebruikt", "tweedehands", "używany", "begagnad", "ikinci el", "中古", "مستعمل"},
	"refurbished": {"generalüberholt", "reconditionné", "reacondicionado", "ricondizionato", "odnowiony", "renoverad", "recondicionado", "yenilenmiş"},
}
