package notificationsapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rialto/functions/internal/api"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsapi"
)

type service struct{ token string }

func (s *service) Standing(context.Context, string) (notifications.Standing, error) {
	return notifications.Standing{}, nil
}

func (s *service) Choose(context.Context, string, bool) (notifications.Standing, error) {
	return notifications.Standing{}, nil
}

func (s *service) Unsubscribe(_ context.Context, token string) error {
	s.token = token
	return nil
}

// A mail program posts a form of either kind to the link as it stands (RFC 8058, 3.2).
func TestOneClickIsEnough(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
		"multipart/form-data; boundary=x":   "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
	} {
		s := &service{}
		r := httptest.NewRequest(http.MethodPost, "/api/v1/unsubscribe?token=a.b.c", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		api.Handler(notificationsapi.Routes(s)).ServeHTTP(w, r)
		if w.Code != http.StatusNoContent || s.token != "a.b.c" {
			t.Errorf("%s: %d %s %q", kind, w.Code, w.Body, s.token)
		}
	}
}
