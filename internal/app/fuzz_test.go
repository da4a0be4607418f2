package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/op"
)

func FuzzInput(f *testing.F) {
	for _, seed := range []string{`{}`, `{"name":"a"}`, `{"nmae":"a"}`, `{"name":"a","parent":{"name":"b"},"tags":["a"],"data":[1],"env":{"a":"b"}}`, `[`, `{"name":"a","risk":"look","wait":1}`} {
		f.Add([]byte(seed))
	}
	door, err := app.Offline([]op.Op{op.New("form.send", prentice.Look, prentice.Viewer, "", func(_ context.Context, _ op.Call, i form) (form, error) {
		return i, nil
	}).WithoutState()}, time.Now)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := door.Invoke(t.Context(), op.Request{Actor: ann, Op: "form.send", In: json.RawMessage(raw)})
		if err == nil {
			if sent := got.(form); sent.Name == "" || sent.Limit < 1 || sent.State == "" {
				t.Errorf("got through: %+v", sent)
			}
			return
		}
		var e *prentice.Error
		if !errors.As(err, &e) || e.Kind != prentice.Invalid || e.Hint == "" || len(e.Error()) > 1000 {
			t.Errorf("got %v", err)
		}
	})
}
