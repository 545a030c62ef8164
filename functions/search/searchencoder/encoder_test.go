package searchencoder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/search"
)

// endpoint answers as told, and keeps the last request.
func endpoint(t *testing.T, status int, body string) (url string, last *http.Request) {
	t.Helper()
	last = &http.Request{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*last = *r
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/invocations", last
}

func answer(dimensions ...int) string {
	var list [][]float32
	for _, n := range dimensions {
		list = append(list, append([]float32{0.5, -0.25}, make([]float32, n-2)...))
	}
	b, err := json.Marshal(map[string]any{"vectors": list})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestVectorsComeInTheOrderOfTheTexts(t *testing.T) {
	t.Parallel()
	url, last := endpoint(t, 200, answer(search.Dimensions, search.Dimensions))
	list, err := New(url, nil, time.Now).Encode(t.Context(), "a", "b")
	if err != nil || len(list) != 2 || list[1][0] != 127 || list[1][1] != -64 {
		t.Error(err, list)
	}
	if last.Header.Get("Authorization") != "" {
		t.Error("a request is signed where nothing was told to sign with")
	}
}

func TestRequestsToSageMakerAreSigned(t *testing.T) {
	t.Parallel()
	url, last := endpoint(t, 200, answer(search.Dimensions))
	cfg := aws.Config{Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("AK", "SK", "")}
	if _, err := New(url, &cfg, time.Now).Encode(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := last.Header.Get("Authorization"); !strings.Contains(got, "/eu-west-1/sagemaker/aws4_request") {
		t.Error(got)
	}
}

// What is no answer to what was asked is as if the encoder were away.
func TestAnEncoderThatIsAwayIsSaidToBeAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
	}{"500": {500, "no JSON"}, "429": {429, "{}"}, "400": {400, "{}"}, "no JSON": {200, "<html>"}, "too few": {200, `{"vectors": []}`},
		"another model": {200, answer(3)}, "cut off": {200, answer(search.Dimensions)[:100]}} {
		url, _ := endpoint(t, c.status, c.body)
		_, err := New(url, nil, time.Now).Encode(t.Context(), "a")
		if f := fault.Of(err); f.Code != "encoder_unavailable" || f.Kind != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New("http://127.0.0.1:1/invocations", nil, time.Now).Encode(t.Context(), "a"); fault.Of(err).Code != "encoder_unavailable" {
		t.Error(err)
	}
}

// shared keeps vectors, and counts what it was asked.
type shared struct {
	kept  map[string]search.Vector
	asked []string
	err   error
}

func (s *shared) Recall(_ context.Context, key string) (search.Vector, error) {
	s.asked = append(s.asked, key)
	return s.kept[key], s.err
}

func (s *shared) Keep(_ context.Context, key string, v search.Vector) error {
	s.kept[key] = v
	return s.err
}

func TestWhatWasRecalledIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	all := &shared{kept: map[string]search.Vector{"a": {1}}}
	r := &Remembering{Shared: all}
	recall := func(key string, want search.Vector) {
		t.Helper()
		if got, err := r.Recall(t.Context(), key); err != nil || cmp.Diff(want, got) != "" {
			t.Error(key, got, err)
		}
	}
	recall("a", search.Vector{1})
	recall("a", search.Vector{1})
	recall("b", nil)
	recall("b", nil) // another process may have kept it meanwhile
	if err := r.Keep(t.Context(), "b", search.Vector{2}); err != nil {
		t.Fatal(err)
	}
	recall("b", search.Vector{2})
	if d := cmp.Diff([]string{"a", "b", "b"}, all.asked) + cmp.Diff(search.Vector{2}, all.kept["b"]); d != "" {
		t.Error(d)
	}
	for i := range remembered {
		if err := r.Keep(t.Context(), fmt.Sprint(i), search.Vector{3}); err != nil {
			t.Fatal(err)
		}
	}
	if all.asked = nil; len(r.vectors) != remembered || len(r.asked) != remembered {
		t.Errorf("%d are remembered", len(r.vectors))
	}
	recall("a", search.Vector{1})
	if d := cmp.Diff([]string{"a"}, all.asked); d != "" {
		t.Error("the oldest is not forgotten:", d)
	}
}

// What could not be shared is remembered by the process.
func TestAProcessRemembersWhatIsNotShared(t *testing.T) {
	t.Parallel()
	all := &shared{kept: map[string]search.Vector{}, err: errors.New("away")}
	r := &Remembering{Shared: all}
	if _, err := r.Recall(t.Context(), "a"); err == nil {
		t.Error("what is away answers")
	}
	if err := r.Keep(t.Context(), "a", search.Vector{1}); err == nil {
		t.Error("what is away keeps")
	}
	if got, err := r.Recall(t.Context(), "a"); err != nil || got == nil {
		t.Error(got, err)
	}
	r = &Remembering{}
	if got, err := r.Recall(t.Context(), "a"); err != nil || got != nil {
		t.Error("alone:", got, err)
	}
	if err := r.Keep(t.Context(), "a", search.Vector{1}); err != nil {
		t.Error("alone:", err)
	}
	if got, err := r.Recall(t.Context(), "a"); err != nil || got == nil {
		t.Error("alone:", got, err)
	}
}
