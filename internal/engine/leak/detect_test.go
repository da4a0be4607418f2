package leak

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"prentice"
)

// aKey is no one's key, in two parts so that it is no finding here.
const aKey = "AKIA" + "Z7VRSQ5TJN2XMCLQ"

func found(t *testing.T, d *Detector, text Text) (list []string) {
	t.Helper()
	for _, h := range d.Find(text) {
		list = append(list, fmt.Sprintf("%s:%d", h.Rule, h.Line))
	}
	return list
}

func TestASecretIsFoundWhereItStandsHoweverItIsWritten(t *testing.T) {
	d := usual(t)
	escaped := ""
	for _, c := range aKey {
		escaped += fmt.Sprintf(`\u%04x`, c)
	}
	for name, c := range map[string]struct{ text, want string }{
		"plain":               {"a\nb\nkey " + aKey + "\n", "aws-access-token:3"},
		"on the first line":   {aKey, "aws-access-token:1"},
		"base64":              {"a\nx: " + base64.StdEncoding.EncodeToString([]byte("key "+aKey+" and more")) + "\n", "aws-access-token:2"},
		"base64 twice":        {"a\n\nx: " + base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte("key "+aKey+" and more")))) + "\n", "aws-access-token:3"},
		"hex":                 {"a\nx: " + hex.EncodeToString([]byte("key "+aKey)) + "\n", "aws-access-token:2"},
		"percent":             {"a\n" + "http://x/?k=" + strings.ReplaceAll(url.QueryEscape(aKey), "Z", "%5A") + "&b=%20\n", "aws-access-token:2"},
		"backslash u":         {"a\nb\n\"" + escaped + "\"\n", "aws-access-token:3"},
		"an example":          {"key AKIAIOSFODNN7EXAMPLE\n", ""},
		"too little surprise": {"key AKIAAAAAAAAAAAAAAAAA\n", ""},
		"in other letters":    {"key " + strings.ToLower(aKey) + "\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(found(t, d, Text{Path: "a.txt", Bytes: []byte(c.text)}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestANearerRuleCountsBeforeAGeneralOne(t *testing.T) {
	text := `github_api_key = "ghp` + `_Zq8vLw3TnXk5RbY7cJd2MhFs9PgAe4Wu6ViD"` + "\n"
	if got := found(t, usual(t), Text{Path: "a.txt", Bytes: []byte(text)}); len(got) != 1 || got[0] != "github-pat:1" {
		t.Errorf("got %v", got)
	}
}

func TestSettingsAreHonoured(t *testing.T) {
	const more = "[extend]\nuseDefault = true\n"
	for name, c := range map[string]struct{ settings, path, text, want string }{
		"a rule that is switched off":  {more + "disabledRules = ['aws-access-token']\n", "a.txt", aKey, ""},
		"a path that may pass":         {more + "[[allowlists]]\npaths = ['''^fixtures/''']\n", "fixtures/a.txt", aKey, ""},
		"another path":                 {more + "[[allowlists]]\npaths = ['''^fixtures/''']\n", "a.txt", aKey, "aws-access-token:1"},
		"a secret that may pass":       {more + "[allowlist]\nregexes = ['''^AKIAZ7''']\n", "a.txt", aKey, ""},
		"a line that may pass":         {more + "[[allowlists]]\nregexTarget = 'line'\nregexes = ['''not real''']\n", "a.txt", aKey + " # not real", ""},
		"a stop word":                  {more + "[[allowlists]]\nstopwords = ['vrsq5t']\n", "a.txt", aKey, ""},
		"both must hold":               {more + "[[allowlists]]\ncondition = 'AND'\npaths = ['''^b''']\nstopwords = ['vrsq5t']\n", "a.txt", aKey, "aws-access-token:1"},
		"for one rule":                 {more + "[[allowlists]]\ntargetRules = ['aws-access-token']\nstopwords = ['vrsq5t']\n", "a.txt", aKey, ""},
		"for another rule":             {more + "[[allowlists]]\ntargetRules = ['github-pat']\nstopwords = ['vrsq5t']\n", "a.txt", aKey, "aws-access-token:1"},
		"an own rule":                  {"[[rules]]\nid = 'ours'\nregex = '''our-[0-9]{6}'''\nkeywords = ['our-']\n", "a.txt", "x\nour-123456 " + aKey, "ours:2"},
		"an own rule beside all":       {more + "[[rules]]\nid = 'ours'\nregex = '''our-[0-9]{6}'''\n", "a.txt", "x\nour-123456", "ours:2"},
		"a rule that is made stricter": {more + "[[rules]]\nid = 'aws-access-token'\nentropy = 7.5\n", "a.txt", aKey, ""},
		"a rule of two parts":          {"[[rules]]\nid = 'pair'\nregex = '''id-([0-9]+)'''\n[[rules.required]]\nid = 'other'\nwithinLines = 1\n[[rules]]\nid = 'other'\nregex = '''pw-[0-9]+'''\nskipReport = true\n", "a.txt", "id-1\npw-1\n\nid-2\n", "pair:1"},
		"the settings themselves":      {more, ".gitleaks.toml", aKey, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := New(Settings{Files: []SettingsFile{{".gitleaks.toml", c.settings}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(found(t, d, Text{Path: c.path, Bytes: []byte(c.text)}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSettingsThatSayNonsenseAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no TOML":               {"[extend\n", ".gitleaks.toml"},
		"no expression":         {"[[rules]]\nid = 'a'\nregex = '''(('''\n", "missing closing"},
		"an expression too big": {"[[rules]]\nid = 'a'\nregex = '''((a{1000}){1000}){1000}'''\n", "invalid repeat count"},
		"an empty rule":         {"[[rules]]\nid = 'a'\n", "neither regex nor path"},
		"a rule without a name": {"[[rules]]\nregex = 'a'\n", "a rule has no id"},
		"an empty allowlist":    {"[[allowlists]]\ndescription = 'a'\n", "says neither"},
		"a wrong condition":     {"[[allowlists]]\ncondition = 'xor'\npaths = ['a']\n", `condition "xor"`},
		"a rule that is none":   {"[[allowlists]]\ntargetRules = ['none']\npaths = ['a']\n", `the rule "none"`},
		"a file that is none":   {"[extend]\npath = 'gone.toml'\n", `the file "gone.toml"`},
		"much too long":         {strings.Repeat("# \n", MostSettings), "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Settings{Files: []SettingsFile{{".gitleaks.toml", c.text}}})
			if err == nil || !strings.Contains(err.Error(), c.want) || prentice.HintOf(err) == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWordsThatDoNothingAreSaid(t *testing.T) {
	d, err := New(Settings{Files: []SettingsFile{{"a.toml", "[extend]\nuseDefault = true\ndisabledRules = ['aws']\n\n[allowlist]\npath = ['x']\nstopwords = ['y']\n"}}})
	if err != nil || len(d.Advice) != 2 {
		t.Fatalf("got %+v, %v", d, err)
	}
	if a := d.Advice[0]; a.Line != 6 && d.Advice[1].Line != 6 {
		t.Errorf("got %+v", d.Advice)
	}
}

func TestNothingOfASecretIsShown(t *testing.T) {
	hits := usual(t).Find(Text{Path: "a.txt", Bytes: []byte("export KEY=" + aKey + "\n")})
	if len(hits) != 1 {
		t.Fatalf("got %d hits", len(hits))
	}
	h := hits[0]
	for _, text := range []string{Masked(h.Secret), Key(h.Rule, h.Secret), Hide("KEY="+aKey+" again "+aKey, hits)} {
		for n := 3; n < len(aKey); n++ {
			if strings.Contains(text, aKey[:n]) || strings.Contains(text, aKey[len(aKey)-n:]) {
				t.Errorf("%q shows a part of the secret", text)
			}
		}
	}
	if Key("a", "x") == Key("b", "x") || Key("a", "x") == Key("a", "y") || len(Key("a", "x")) != 32 {
		t.Error("a key does not tell a secret from others")
	}
}
