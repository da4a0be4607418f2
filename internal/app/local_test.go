package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestADoorThatServesOthersHasNoOperationAboutAFolderOfWhoeverAsks(t *testing.T) {
	type folder struct {
		Dir string `json:"dir,omitempty" maxLength:"100" doc:"A folder."`
	}
	local := op.New("check.run", prentice.Look, prentice.Viewer, "Check a folder", func(context.Context, op.Call, folder) (string, error) { return "it was read", nil }).WithoutState().OnlyHere()
	near, err := app.Offline([]op.Op{local}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := near.Invoke(t.Context(), op.Request{Actor: ann, Op: "check.run", In: folder{Dir: "/"}}); err != nil || out != "it was read" {
		t.Errorf("the command line: %v, %v", out, err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d, local)
		if slices.Contains(w.Names(), "check.run") {
			t.Error("a server offers it")
		}
		if _, err := w.ask(ann, "check.run", folder{Dir: "/"}); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("a server does it: %v", err)
		}
	})
}
