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

// counted encodes a text as its length, and counts what it was asked.
type counted struct {
	asked *[]string
	err   error
}

func (c counted) Encode(_ context.Context, texts ...string) ([]search.Vector, error) {
	*c.asked = append(*c.asked, texts...)
	var list []search.Vector
	for _, text := range texts {
		v := make(search.Vector, search.Dimensions)
		v[0] = int8(-len(text))
		list = append(list, v)
	}
	return list, c.err
}

func TestWhatWasAskedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	var asked []string
	r := &Remembering{Encoder: counted{&asked, nil}}
	ask := func(texts ...string) {
		t.Helper()
		list, err := r.Encode(t.Context(), texts...)
		if err != nil || len(list) != len(texts) {
			t.Fatal(err, list)
		}
		for i, text := range texts {
			if list[i][0] != int8(-len(text)) {
				t.Errorf("%q has the vector of another", text)
			}
		}
	}
	ask("a", "bb")
	ask("ccc", "bb", "a")
	if d := cmp.Diff([]string{"a", "bb", "ccc"}, asked); d != "" {
		t.Error(d)
	}
	for i := range remembered {
		ask(fmt.Sprint(i))
	}
	if asked = nil; len(r.vectors) != remembered || len(r.asked) != remembered {
		t.Errorf("%d are remembered", len(r.vectors))
	}
	ask("a")
	if d := cmp.Diff([]string{"a"}, asked); d != "" {
		t.Error("the oldest is not forgotten:", d)
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	t.Parallel()
	var asked []string
	r := &Remembering{Encoder: counted{&asked, errors.New("away")}}
	for range 2 {
		if _, err := r.Encode(t.Context(), "a"); err == nil {
			t.Error("an encoder that is away answers")
		}
	}
	if len(asked) != 2 {
		t.Error(asked)
	}
}
