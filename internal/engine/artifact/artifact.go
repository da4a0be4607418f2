package artifact

import (
	"encoding/hex"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// The kinds of artefacts.
const (
	File  = "file"  // its bytes are kept here
	Image = "image" // a registry has it
)

// Artifact is one that a build made.
type Artifact struct {
	Number     int64        `json:"number"`
	Digest     string       `json:"digest"` // sha256:…
	Kind       string       `json:"kind"`
	Name       string       `json:"name"`           // of the file; of an image its repository
	Size       int64        `json:"size,omitempty"` // bytes
	Service    string       `json:"service"`
	Repository string       `json:"repository"`
	Revision   string       `json:"revision"`             // the commit
	Checks     []int64      `json:"checks,omitempty"`     // of the landing of that revision
	Check      string       `json:"check,omitempty"`      // the check that made it, which prentice performed; "" is built elsewhere
	Images     []string     `json:"images,omitempty"`     // those that the check was performed with, by digest
	Provenance string       `json:"provenance,omitempty"` // the digest of its envelope
	Bill       string       `json:"bill,omitempty"`       // the digest of its bill of materials
	BillSays   string       `json:"bill_says,omitempty"`  // why there is none
	By         prentice.Ref `json:"by"`
	At         time.Time    `json:"at"`
	Gone       time.Time    `json:"gone,omitzero"` // since when its bytes are not kept any more
}

// Ref names it by its digest, as short as it is unique among all that people make.
func (a Artifact) Ref() prentice.Ref { return prentice.NewRef("artifact", Short(a.Digest)) }

// Where is how a machine names it: an image by its repository and digest.
func (a Artifact) Where() string {
	if a.Kind == Image {
		return a.Name + "@" + a.Digest
	}
	return a.Digest
}

// shortest is how much of a digest names an artefact: 64 bits of it.
const shortest = 16

// Short is the beginning of a digest without its algorithm, as refs have it.
func Short(digest string) string {
	bare := strings.TrimPrefix(digest, "sha256:")
	return bare[:min(len(bare), shortest)]
}

// ParseDigest reads sha256: and 64 digits.
func ParseDigest(text string) (string, error) {
	bare, ok := strings.CutPrefix(text, "sha256:")
	if raw, err := hex.DecodeString(bare); !ok || err != nil || len(raw) != 32 || strings.ToLower(bare) != bare {
		return "", prentice.Errorf(prentice.Invalid, "%q is not a digest", clip.Text(text)).Try("write sha256: and 64 hexadecimal digits in lower case, as sha256sum prints them")
	}
	return text, nil
}

// ParseImage reads an image with its digest: registry.example/shop@sha256:….
func ParseImage(text string) (name, digest string, err error) {
	name, digest, ok := strings.Cut(text, "@")
	if !ok {
		return "", "", prentice.Errorf(prentice.Invalid, "the image %q has no digest: a tag can be moved", clip.Text(text)).Try("name it as registry.example/shop@sha256:…; skopeo inspect and podman images --digests print it")
	}
	if digest, err = ParseDigest(digest); err != nil {
		return "", "", err
	}
	if !validImage(name) {
		return "", "", prentice.Errorf(prentice.Invalid, "%q is no repository of images", clip.Text(name)).Try("write it like registry.example/shop, in lower case and without a tag")
	}
	return name, digest, nil
}

// validImage is the grammar of repositories, with a port of the registry and without a tag.
func validImage(name string) bool {
	if name == "" || len(name) > 255 {
		return false
	}
	for i, part := range strings.Split(name, "/") {
		if i == 0 {
			host, port, found := strings.Cut(part, ":")
			if part = host; found && (port == "" || strings.Trim(port, "0123456789") != "") {
				return false
			}
		}
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" || strings.Trim(part[:1]+part[len(part)-1:], "._-") != part[:1]+part[len(part)-1:] {
			return false
		}
	}
	return true
}

// CheckName refuses what cannot be the name of a file: it is shown, and it becomes one on
// hosts.
func CheckName(name string) error {
	if name == "" || len(name) > 120 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-") != "" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
		return prentice.Errorf(prentice.Invalid, "%q cannot name an artefact", clip.Text(name)).Try("use letters, digits and . _ + - and begin with a letter or digit, at most 120 of them")
	}
	return nil
}
