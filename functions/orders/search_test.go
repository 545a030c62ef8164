package orders

import "testing"

func TestOrdersAreFoundByWhatTheySay(t *testing.T) {
	t.Parallel()
	o := Order{ID: "ord_abc234", Lines: []Line{
		{ProductID: "prd_x2", Title: "Fennick Quiet boot in navy, 38", SellerName: "Harbour Row"},
		{ProductID: "prd_y3", Title: "CAFÉ crème – tasse à café, ２ pièces", SellerName: "Größe & Söhne"},
		{ProductID: "prd_z4", Title: "有機煎茶ティーバッグ 50個入", SellerName: "茶舗"}}}
	for text, want := range map[string]bool{
		"": true, " ": true, "boot": true, "BOOT navy": true, "boots": false, "ord_abc234": true, "ORD_ABC234": true, "prd_y3": true,
		"cafe": true, "CAFÉ": true, "cafe\u0301": true, "grosse": false, "große": true, "grosze": false, "harbour boot": true, "煎茶": true, "ティー": true,
		"2 pieces": true, "boot tasse": true, "boot hat": false, "ord_abc235": false,
	} {
		if got := o.Matches(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
