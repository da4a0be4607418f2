package checkrun_test

import (
	"context"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/checkrun"
)

func TestACheckInAnImageReachesTheHostsThatItNamesAndIsGivenItsSecrets(t *testing.T) {
	r, _ := imaged(t)
	p := newPackages(t)
	r.secret = given
	r.desk.Resolve = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	ask := "wget -q -O - http://" + p.at + "/simple/dep/"
	image := "image: localhost/box\n"
	r.has("named", image+p.names(), ask).
		has("secret", image+"secrets: deploy-key\n", "echo \"it is $DEPLOY_KEY\"; [ \"$(cat /prentice/secrets/deploy-key)\" = \"$DEPLOY_KEY\" ]; ! cat /proc/*/cmdline | tr '\\0' '\\n' | grep '^hunter2'; exit 3").
		has("other", image+"network: [other.example]\n", ask).
		has("none", image, ask).
		has("around", image+p.names(), "nc -w 1 127.0.0.1 "+p.port+" </dev/null")
	by := r.judged(t.Context())
	named, _ := checkrun.Log(r.keep, "named")
	if o := by["named"]; o.Truth != prentice.Pass || !strings.Contains(o.Reason, ", over the network from "+p.at) || !strings.Contains(named.Text, "dep-1.0-py3-none-any.whl") || p.asked.Load() != 1 {
		t.Errorf("%+v, asked %d times\n%s", o, p.asked.Load(), named.Text)
	}
	if o := by["other"]; o.Truth != prentice.Fail || !strings.Contains(o.Reason, ", refused "+p.at) {
		t.Errorf("%+v", o)
	}
	for _, name := range []string{"none", "around"} {
		if o := by[name]; o.Truth != prentice.Fail {
			t.Errorf("%s: %+v", name, o)
		}
	}
	secret, _ := checkrun.Log(r.keep, "secret")
	if o := by["secret"]; o.Truth != prentice.Fail || !strings.Contains(o.Findings[0].Says, "exit code 3") || !strings.Contains(secret.Text, "it is •••\n") || secret.Left {
		t.Errorf("%+v\n%s", o, secret.Text)
	}
	if out, _ := exec.Command("grep", "-r", hidden, r.keep).CombinedOutput(); len(out) > 0 {
		t.Errorf("%s", out)
	}
}
