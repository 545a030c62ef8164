package feeds_test

import (
	"testing"

	"rialto/functions/feeds"
)

// Files with all the columns that other tools' exports have by their documentation, with rows as they write them.
func TestExportsOfOtherTools(t *testing.T) {
	t.Parallel()
	const (
		shopify = "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name," +
			"Option1 value," +
			"Option1 Linked To,Price,Compare-at price,Cost per item,Charge tax,Inventory tracker,Inventory quantity,Continue selling when out of stock," +
			"Weight value (grams),Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,Variant image URL,Gift card\n" +
			"Tee,tee,Soft,Acme,Apparel > Tops,Shirts,x,TRUE,active,T-1,,Size,S,,19.90,25.00,8,TRUE,shopify,7,DENY,200,TRUE,manual,https://a/1.png,1,," +
			",FALSE\n" +
			",tee,,,,,,,,T-2,,,M,,21.90,,8,TRUE,shopify,5,DENY,200,TRUE,manual,,,,,\n"
		wix = "handleId,fieldType,name,description,productImageUrl,collection,sku,ribbon,price,surcharge,visible,discountMode,discountValue," +
			"inventory,weight," +
			"cost,productOptionName1,productOptionType1,productOptionDescription1\n" +
			"P1,Product,Tee,Soft,https://a/1.png;https://a/2.png,Shirts,TEE,,19.9,,true,PERCENT,0,InStock,0.2,,Size,DROP_DOWN,S;M\n" +
			"P1,Variant,,,,,T-1,,,0,true,,,7,,,Size,DROP_DOWN,S\nP1,Variant,,,,,T-2,,,2,true,,,0,,,Size,DROP_DOWN,M\n"
		squarespace = "Product ID [Non Editable],Variant ID [Non Editable],Product Type [Non Editable],Product Page,Product URL,Title,Description,SKU," +
			"Option Name 1,Option Value 1,Option Name 2,Option Value 2,Price,Sale Price,On Sale,Stock,Categories,Tags,Weight,Length,Width,Height,Visible," +
			"Hosted Image URLs\n5f,v1,PHYSICAL,shop,tee,Tee,Soft,T-1,Size,S,,,19.90,0.00,No,7,/tops,x,0.2,0,0,0,No,https://a/1.png https://a/2.png\n" +
			",v2,,,,,,T-2,Size,M,,,21.90,0.00,No,Unlimited,,,0.2,0,0,0,,\n"
		bigcommerce = "Item,ID,Name,Type,SKU,Options,Inventory Tracking,Current Stock,Low Stock,Price,Cost Price,Retail Price,Sale Price,Brand ID," +
			"Channels," +
			"Categories,Description,Weight,Is Visible,GTIN,UPC/EAN,MPN,Image URL (Import)\n" +
			"Product,101,Tee,physical,T-1,,product,7,0,19.90,8,25,0,3,1,23,Soft,0.2,TRUE,,,,https://a/1.png\n" +
			"Product,102,Cap,physical,T-2,,product,5,0,9.90,4,0,0,3,1,23,Warm,0.1,FALSE,,,,\n"
		magento = "sku,store_view_code,attribute_set_code,product_type,categories,product_websites,name,description,short_description,weight," +
			"product_online," +
			"tax_class_name,visibility,price,special_price,url_key,base_image,qty,out_of_stock_qty,is_in_stock,additional_attributes," +
			"configurable_variations\n" +
			"T-1,,Default,simple,Default Category/Tops,base,Tee,Soft,Short,0.2,1,Taxable Goods,\"Catalog, Search\",19.900000,,tee,/t/e/tee.jpg," +
			"7.0000,0.0000,1," +
			"\"color=Red,size=S\",\n"
		etsy = "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,IMAGE2,VARIATION 1 TYPE,VARIATION 1 NAME,VARIATION 1 VALUES,SKU\n" +
			"Tee,Soft,19.90,USD,7,\"x,y\",Cotton,https://a/1.png,https://a/2.png,,,,T-1\n"
		walmart = "SKU,Item ID,Product Name,Lifecycle Status,Publish Status,Status Change Reason,Product Category,Price,Currency,Buy Box Item Price," +
			"Buy Box Shipping Price,Buy Box Eligible,GTIN,UPC\nT-1,55,Tee,ACTIVE,PUBLISHED,,Tops,19.90,USD,18,0,Yes,,\nT-2,56,Cap,ACTIVE,UNPUBLISHED," +
			",Tops,9.90,USD,8,0,No,,\n"
		stock      = "SKU,Item ID,Product Name,Ship Node ID,Ship Node Name,Input Quantity,AvailToSell Quantity\nT-1,55,Tee,us-east-1,East,9,7\n"
		prestashop = "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Price tax included;Tax rules ID;Wholesale price;On " +
			"sale (0/1);" +
			"Reference #;Supplier reference #;Supplier;Manufacturer;EAN13;UPC;MPN;Quantity;Minimal quantity;Visibility;Summary;Description;" +
			"Image URLs (x,y,z...);Condition\n1;1;Tee;Home,Tops;16.58;19.90;1;8;0;T-1;S-9;Sup;Acme;;;;7;1;both;Short;Soft;https://a/1.png," +
			"https://a/2.png;new\n"
		google = "id\ttitle\tdescription\tlink\timage_link\t" +
			"additional_image_link\tavailability\tprice\tsale_price\tgoogle_product_category\tproduct_type\tbrand\t" +
			"gtin\tmpn\tidentifier_exists\tcondition\tage_group\tgender\tshipping(country:price)\n" +
			"T-1\tTee\tSoft\thttps://s/t\thttps://a/1.png\thttps://a/2.png,https://a/3.png\tin_stock\t19.90 " +
			"USD\t\t212\tTops\tAcme\t\t\tno\tnew\tadult\tfemale\tUS:5 USD\n"
	)
	for name, c := range map[string]toolFile{
		"Shopify, products": {feeds.Products, "US", shopify, []string{
			`2 "options":{"Size":"S"},"sku":"T-1","group":"tee","option_names":["Size"],"images":["https://a/1.png"]}`,
			`3 {"title":"Tee","description":"Soft","brand":"Acme","category_id":"Apparel > Tops","options":{"Size":"M"},"sku":"T-2","group":"tee"`},
			"Type Tags Published on online store Status Option1 Linked To Price Compare-at price Cost per item Charge tax Inventory tracker " +
				"Inventory quantity Continue selling when out of stock Weight value (grams) Requires shipping Fulfillment service Image position Image " +
				"alt text Gift card"},
		"Shopify, offers": {feeds.Offers, "US", shopify, []string{
			`2 "amount":1990`,
			`3 "amount":2190`},
			"Title Description Vendor Product category Type Tags Published on online store Option1 name Option1 value Option1 Linked To Compare-at " +
				"price Cost per item Charge tax Inventory tracker Inventory quantity Continue selling when out of stock Weight value (grams) Requires " +
				"shipping Fulfillment service Product image URL Image position Image alt text Variant image URL Gift card"},
		"Wix, products": {feeds.Products, "US", wix, []string{
			`2 "sku":"TEE","group":"P1","parent":true,"images":["https://a/1.png","https://a/2.png"]}`,
			`3 {"title":"Tee","description":"Soft","category_id":"Shirts","options":{"Size":"S"},"sku":"T-1","group":"P1"`,
			`4 "options":{"Size":"M"},"sku":"T-2","group":"P1"`},
			"ribbon price surcharge visible discountMode discountValue inventory weight cost productOptionType1"},
		"Wix, offers": {feeds.Offers, "US", wix, []string{
			`2 product_not_found`,
			`3 missing_value`,
			`4 missing_value`},
			"fieldType name description productImageUrl collection ribbon surcharge discountMode discountValue inventory weight cost " +
				"productOptionName1 productOptionType1 productOptionDescription1"},
		"Squarespace, products": {feeds.Products, "US", squarespace, []string{
			`2 "options":{"Size":"S"},"sku":"T-1","group":"5f"`,
			`3 {"title":"Tee","description":"Soft","category_id":"/tops","options":{"Size":"M"},"sku":"T-2","group":"5f"`},
			"Variant ID [Non Editable] Product Type [Non Editable] Product Page Product URL Price Sale Price On Sale Stock Tags Weight Length Width " +
				"Height Visible"},
		"Squarespace, offers": {feeds.Offers, "US", squarespace, []string{
			`2 "paused":true`,
			`3 "paused":true`},
			"Variant ID [Non Editable] Product Type [Non Editable] Product Page Product URL Title Description Option Name 1 Option Value 1 Option " +
				"Name 2 Option Value 2 Sale Price On Sale Stock Categories Tags Weight Length Width Height Hosted Image URLs"},
		"BigCommerce, products": {feeds.Products, "US", bigcommerce, []string{
			`2 {"title":"Tee","description":"Soft","category_id":"23","sku":"T-1","images":["https://a/1.png"]}`,
			`3 {"title":"Cap"`},
			"Item ID Type Options Inventory Tracking Current Stock Low Stock Price Cost Price Retail Price Sale Price Brand ID Channels Weight Is Visible"},
		"BigCommerce, offers": {feeds.Offers, "US", bigcommerce, []string{
			`2 "amount":1990`,
			`3 "paused":true`},
			"Item ID Name Type Options Inventory Tracking Current Stock Low Stock Cost Price Retail Price Sale Price Brand ID Channels Categories " +
				"Description Weight MPN Image URL (Import)"},
		"Magento, products": {feeds.Products, "US", magento, []string{
			`2 {"title":"Tee","description":"Soft","category_id":"Default Category/Tops","sku":"T-1"}`},
			"store_view_code attribute_set_code product_websites short_description weight product_online tax_class_name visibility price " +
				"special_price url_key base_image qty out_of_stock_qty is_in_stock additional_attributes configurable_variations"},
		"Magento, offers": {feeds.Offers, "US", magento, []string{
			`2 "amount":1990`},
			"store_view_code attribute_set_code product_type categories product_websites name description short_description weight tax_class_name " +
				"visibility special_price url_key base_image qty out_of_stock_qty is_in_stock additional_attributes configurable_variations"},
		"Etsy, products": {feeds.Products, "US", etsy, []string{
			`2 "sku":"T-1","images":["https://a/1.png","https://a/2.png"]}`},
			"PRICE CURRENCY_CODE QUANTITY TAGS MATERIALS VARIATION 1 TYPE VARIATION 1 NAME VARIATION 1 VALUES"},
		"Etsy, offers": {feeds.Offers, "US", etsy, []string{
			`2 "amount":1990`},
			"TITLE DESCRIPTION QUANTITY TAGS MATERIALS IMAGE1 IMAGE2 VARIATION 1 TYPE VARIATION 1 NAME VARIATION 1 VALUES"},
		"Walmart, products": {feeds.Products, "US", walmart, []string{
			`2 {"title":"Tee","category_id":"Tops","sku":"T-1"}`,
			`3 {"title":"Cap"`},
			"Item ID Lifecycle Status Publish Status Status Change Reason Price Currency Buy Box Item Price Buy Box Shipping Price Buy Box Eligible"},
		"Walmart, offers": {feeds.Offers, "US", walmart, []string{
			`2 "paused":false`,
			`3 "paused":true`},
			"Item ID Product Name Lifecycle Status Status Change Reason Product Category Buy Box Item Price Buy Box Shipping Price Buy Box Eligible"},
		"Walmart, stock": {feeds.Inventory, "US", stock, []string{
			`2 "quantity":7`},
			"Item ID Product Name Ship Node Name Input Quantity"},
		"PrestaShop, products": {feeds.Products, "FR", prestashop, []string{
			`2 {"title":"Tee","description":"Soft","brand":"Acme","category_id":"Home,Tops","sku":"T-1","images":["https://a/1.png","https://a/2.png"]}`},
			"Active (0/1) Price tax excluded Price tax included Tax rules ID Wholesale price On sale (0/1) Supplier reference # Supplier Quantity " +
				"Minimal quantity Visibility Summary Condition"},
		"PrestaShop, offers": {feeds.Offers, "FR", prestashop, []string{
			`2 "amount":1990`},
			"Name * Categories (x,y,z...) Price tax excluded Tax rules ID Wholesale price On sale (0/1) Supplier reference # Supplier Manufacturer " +
				"MPN Quantity Minimal quantity Visibility Summary Description Image URLs (x,y,z...)"},
		"Google, products": {feeds.Products, "US", google, []string{
			`2 "brand":"Acme","category_id":"212","sku":"T-1","images":["https://a/1.png","https://a/2.png","https://a/3.png"]}`},
			"link availability price sale_price product_type identifier_exists condition age_group gender shipping(country:price)"},
		"Google, offers": {feeds.Offers, "US", google, []string{
			`2 "amount":1990`},
			"title description link image_link additional_image_link availability sale_price google_product_category product_type brand mpn " +
				"identifier_exists age_group gender shipping(country:price)"},
	} {
		t.Run(name, c.read)
	}
}
