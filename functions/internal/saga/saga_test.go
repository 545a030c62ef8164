package saga

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"rialto/functions/internal/fault"
)

func TestTheErrorsNameIsTheCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("hold: %w", fault.New(fault.Conflict, "item_unavailable", "gone")), "item_unavailable"},
		{fault.New(fault.Unavailable, "gateway_away", "x"), Unavailable},
		{fault.New(fault.Conflict, "internal", "x"), "refused_internal"},
		{errors.New("secret detail"), Internal},
	} {
		h := lambda.NewHandler(Task("t", func(context.Context, struct{}) (string, error) { return "", c.err }))
		_, err := h.Invoke(context.Background(), []byte("{}"))
		b, _ := json.Marshal(err)
		if err == nil || !strings.Contains(string(b), `"errorType":"`+c.want+`"`) || strings.Contains(string(b), "secret") {
			t.Errorf("%v left as %s", c.err, b)
		}
	}
}
