package security

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/op"
)

func (s Supply) sbomOp() op.Op {
	return op.New("sbom.make", prentice.Look, prentice.Viewer, "Print the bill of materials of a repository, in the format CycloneDX 1.6", s.sbom).
		WithExample("prentice sbom make > sbom.json").WithoutState().OnlyHere().WithHelp(
		"Names what the lock files of the repository name, with package URLs, licences and digests as far as they are known, and where each is named. It says itself that it is incomplete where a file could not be read. The same lock files make the same bill, byte for byte, where the same licences are known: there is no time in it, and its serial number is of what it holds.")
}

// BOM is a bill of materials as CycloneDX has it.
type BOM struct {
	Schema       string           `json:"$schema"`
	Format       string           `json:"bomFormat"`
	Spec         string           `json:"specVersion"`
	Serial       string           `json:"serialNumber"`
	Version      int              `json:"version"`
	Metadata     bomMetadata      `json:"metadata"`
	Components   []bomComponent   `json:"components"`
	Dependencies []bomDependency  `json:"dependencies"`
	Compositions []bomComposition `json:"compositions"`
}

type bomMetadata struct {
	Tools struct {
		Components []bomComponent `json:"components"`
	} `json:"tools"`
	Component  bomComponent  `json:"component"`
	Properties []bomProperty `json:"properties,omitempty"`
}

type bomProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type bomComponent struct {
	Type     string       `json:"type"`
	Ref      string       `json:"bom-ref,omitempty"`
	Name     string       `json:"name"`
	Version  string       `json:"version,omitempty"`
	Scope    string       `json:"scope,omitempty"`
	Hashes   []bomHash    `json:"hashes,omitempty"`
	Licences []any        `json:"licenses,omitempty"`
	PURL     string       `json:"purl,omitempty"`
	Evidence *bomEvidence `json:"evidence,omitempty"`
}

type bomHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type bomEvidence struct {
	Occurrences []bomPlace `json:"occurrences"`
}

type bomPlace struct {
	Location string `json:"location"`
	Line     int    `json:"line,omitempty"`
}

type bomDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

type bomComposition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// Text implements op.Texter: the document itself.
func (b BOM) Text() string { return b.document() }

func (b BOM) document() string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(b); err != nil {
		return ""
	}
	return out.String()
}

func (s Supply) sbom(ctx context.Context, _ op.Call, in DependenciesIn) (BOM, error) {
	t, end, err := s.tree(ctx, in)
	if err != nil {
		return BOM{}, err
	}
	defer end() //nolint:errcheck // it was only read
	inv, err := dependency.Of(ctx, t)
	if err != nil {
		return BOM{}, err
	}
	return bill(t.Name, s.known(inv)), nil
}

// BillOf is the bill of materials of a tree by its own files alone: the same tree makes the
// same bill, wherever it is made.
func BillOf(ctx context.Context, t *check.Tree) (BOM, error) {
	inv, err := dependency.Of(ctx, t)
	return bill(t.Name, inv), err
}

// bill is the bill of materials of an inventory.
func bill(name string, inv dependency.Inventory) BOM {
	const root = "repository"
	b := BOM{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1, Components: []bomComponent{}}
	b.Metadata.Tools.Components = []bomComponent{{Type: "application", Name: "prentice"}}
	b.Metadata.Component = bomComponent{Type: "application", Ref: root, Name: strings.ToValidUTF8(name, "?")}
	direct := bomDependency{Ref: root}
	others := []bomDependency{}
	seen := map[string]bool{root: true}
	for _, d := range inv.Dependencies {
		c := component(d)
		for n := 2; seen[c.Ref]; n++ {
			c.Ref = fmt.Sprintf("%s#%d", d.PURL(), n)
		}
		seen[c.Ref] = true
		b.Components = append(b.Components, c)
		if d.Direct {
			direct.DependsOn = append(direct.DependsOn, c.Ref)
		}
		others = append(others, bomDependency{Ref: c.Ref})
	}
	b.Dependencies = append([]bomDependency{direct}, others...)
	whole := "unknown" // that a lock file names all that a build takes, no one can say
	if len(inv.Unread) > 0 {
		whole = "incomplete"
	}
	for _, u := range inv.Unread {
		b.Metadata.Properties = append(b.Metadata.Properties, bomProperty{"prentice:unread", strings.ToValidUTF8(u.Path, "?")})
	}
	b.Compositions = []bomComposition{{whole, []string{root}}}
	b.Serial = serial(b.document())
	return b
}

// serial is the number of a document, as a UUID of its digest.
func serial(document string) string {
	_, sum, _ := strings.Cut(prentice.Digest([]byte(document)), ":")
	return fmt.Sprintf("urn:uuid:%s-%s-8%s-a%s-%s", sum[:8], sum[8:12], sum[13:16], sum[17:20], sum[20:32])
}

func component(d dependency.Dependency) bomComponent {
	c := bomComponent{Type: "library", Ref: d.PURL(), Name: d.Name, Version: d.Version, PURL: d.PURL(), Licences: licences(d.Licence), Hashes: hashes(d.Digest), Evidence: &bomEvidence{}}
	if d.Dev {
		c.Scope = "excluded" // it is needed to build and test, and not to run
	}
	for _, p := range d.Places {
		c.Evidence.Occurrences = append(c.Evidence.Occurrences, bomPlace{strings.ToValidUTF8(p.Path, "?"), p.Line})
	}
	return c
}

// licences is a licence as CycloneDX has it: an id, an expression, or a text that is
// neither.
func licences(s string) []any {
	type licence struct {
		ID   string `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
	}
	_, err := dependency.Allows(nil, s)
	switch {
	case s == "":
		return nil
	case slices.Contains(dependency.IDs(), s):
		return []any{map[string]licence{"license": {ID: s}}}
	case err == nil && strings.ContainsAny(s, " ("):
		return []any{map[string]string{"expression": s}}
	}
	return []any{map[string]licence{"license": {Name: strings.ToValidUTF8(s, "?")}}}
}

// algorithms are those of the digests that lock files have, with the length of each.
var algorithms = map[string]struct {
	name string
	size int
}{"sha1": {"SHA-1", 20}, "sha256": {"SHA-256", 32}, "sha384": {"SHA-384", 48}, "sha512": {"SHA-512", 64}}

// hashes reads an integrity such as sha512-BASE64, and the bare SHA-256 of Cargo.
func hashes(s string) (list []bomHash) {
	if raw, err := hex.DecodeString(s); err == nil && len(raw) == 32 {
		return []bomHash{{"SHA-256", strings.ToLower(s)}}
	}
	for word := range strings.FieldsSeq(s) {
		kind, text, _ := strings.Cut(word, "-")
		of, known := algorithms[kind]
		if raw, err := base64.StdEncoding.DecodeString(text); known && err == nil && len(raw) == of.size {
			list = append(list, bomHash{of.name, hex.EncodeToString(raw)})
		}
	}
	return list
}

var _ op.Texter = BOM{}
