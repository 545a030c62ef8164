package fault_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
)

func TestFieldsSurviveAnExitOfTextAlone(t *testing.T) {
	t.Parallel()
	plain := fault.New(fault.Conflict, "item_unavailable", "gone")
	fields := []fault.Field{{Pointer: "/lines/0", Code: "item_unavailable", Message: "fewer \"units\""}}
	full := plain.With(fields...)
	for _, c := range []struct {
		text string
		want []fault.Field
	}{
		{plain.Text(), nil}, {full.Text(), fields}, {"", nil}, {"7", nil},
		{`{"errorMessage":"gone","errorType":"x"}`, nil},
		// as Lambda tells Step Functions (docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html)
		{`{"errorMessage":"{\"message\":\"gone\",\"errors\":[` +
			`{\"pointer\":\"/lines/0\",\"code\":\"item_unavailable\",\"message\":\"fewer \\\"units\\\"\"}]}","errorType":"x"}`, fields},
	} {
		if diff := cmp.Diff(c.want, fault.FieldsIn(c.text)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}
