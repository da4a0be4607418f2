package overlaytest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestAnOverlayKeepsWhatGOFLAGSReplaces(t *testing.T) {
	folder := t.TempDir()
	standing, mine := filepath.Join(folder, "standing.json"), filepath.Join(folder, "mine.json")
	if err := os.WriteFile(standing, []byte(`{"Replace": {"/go/exec.go": "/x/exec.go", "/p/a.go": "/x/a.go"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags string
		want  Replaced
	}{
		{"", Replaced{"/p/a.go": "/mine/a.go"}},
		{"-trimpath -overlay=" + standing + " -gcflags=x/...=-l", Replaced{"/go/exec.go": "/x/exec.go", "/p/a.go": "/mine/a.go"}},
		{"-overlay=" + filepath.Join(folder, "first.json") + " --overlay=" + standing, nil},
	} {
		t.Setenv("GOFLAGS", c.flags)
		err := Write(mine, Replaced{"/p/a.go": "/mine/a.go"})
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: an overlay that is not there is not missed", c.flags)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(mine)
		if err != nil {
			t.Fatal(err)
		}
		var got file
		if err := json.Unmarshal(raw, &got); err != nil || !maps.Equal(got.Replace, c.want) {
			t.Errorf("%s: %s, %v", c.flags, raw, err)
		}
	}
}
