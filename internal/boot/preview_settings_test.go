package boot

import (
	"strings"
	"testing"

	"prentice/internal/engine/preview"
)

func TestPreviewsShareNothingWithThePagesAndTravelEncrypted(t *testing.T) {
	for says, c := range map[string]struct {
		p      PreviewSettings
		public string
		want   string
	}{
		"nothing":                   {PreviewSettings{}, "https://ops.example.org", ""},
		"a domain of its own":       {PreviewSettings{Domain: "preview.example.net"}, "https://ops.example.org", ""},
		"the pages' own":            {PreviewSettings{Domain: "ops.example.org"}, "https://ops.example.org", "would share cookies"},
		"below the pages":           {PreviewSettings{Domain: "preview.ops.example.org"}, "https://ops.example.org", "would share cookies"},
		"above the pages":           {PreviewSettings{Domain: "example.org"}, "https://ops.example.org", "would share cookies"},
		"no domain":                 {PreviewSettings{Domain: "preview"}, "", "is none"},
		"at loopback":               {PreviewSettings{Listen: "127.0.0.1:0"}, "", ""},
		"open to all":               {PreviewSettings{Listen: "0.0.0.0:80"}, "", "are not encrypted"},
		"encrypted":                 {PreviewSettings{Listen: "0.0.0.0:443", Cert: "a", Key: "b"}, "", ""},
		"a certificate alone":       {PreviewSettings{Listen: "0.0.0.0:443", Cert: "a"}, "", "there is only one"},
		"encrypted nowhere":         {PreviewSettings{Cert: "a", Key: "b"}, "", "no address of their own"},
		"an authority for loopback": {PreviewSettings{Listen: "0.0.0.0:443", ACME: "https://a.b/d"}, "", "no authority gives"},
		"an authority":              {PreviewSettings{Listen: "0.0.0.0:443", Domain: "preview.example.net", ACME: "https://a.b/d"}, "", ""},
		"an open authority":         {PreviewSettings{Listen: "0.0.0.0:443", Domain: "preview.example.net", ACME: "http://a.b/d"}, "", "not the directory"},
	} {
		_, err := Settings{PublicURL: c.public, Preview: c.p}.Filled()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", says, err, c.want)
		}
	}
	for want, p := range map[string]PreviewSettings{
		"http://a.preview.localhost:7400":     {},
		"https://a.preview.localhost:7400":    {Cert: "a", Key: "b"},
		"https://a.preview.example.net":       {Domain: "preview.example.net"},
		"https://a.preview.example.net:8443":  {Domain: "preview.example.net:8443"},
		"https://a.previews.example.net:7400": {Domain: "previews.example.net", Cert: "a", Key: "b"},
	} {
		if got := p.at("127.0.0.1:7400"); got.URL(preview.Named{Place: "a"}) != want {
			t.Errorf("%+v: %s, want %s", p, got.URL(preview.Named{Place: "a"}), want)
		}
	}
}
