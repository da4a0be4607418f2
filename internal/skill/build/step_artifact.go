package build

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/kit/nearest"
)

// ArtifactKind is the step kind artifact: the bytes of an artefact lie in a file of the
// target, whole or not at all. What is there already is not sent again, so that it may be
// repeated.
type ArtifactKind struct{ desk *Desk }

// Bring begins a line of shell on the target of a step, lets it read content, and says what
// it printed and its exit code.
type Bring func(ctx context.Context, w prentice.Work, line string, content io.Reader) (said string, code int, err error)

var artifactAttributes = []string{"digest", "path", "mode", "sudo", "id", "risk", "where", "expect", "idempotent", "of", "if", "each"}

// Name implements prentice.StepKind.
func (*ArtifactKind) Name() string { return "artifact" }

// Needs implements prentice.StepKind.
func (*ArtifactKind) Needs() prentice.StepNeeds { return prentice.StepNeeds{} }

// Doc implements prentice.Documented.
func (*ArtifactKind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "The bytes of an artefact that prentice keeps lie in a file of the target, which is theirs whole or not at all. Under Check and Verify it only looks.",
		Attributes: []prentice.Attribute{
			{Name: "digest", About: "Which artefact: sha256: and 64 digits."},
			{Name: "path", About: "The file, from / on or from the home folder of who signs in."},
			{Name: "mode", About: "Its mode; without it 0755."},
			{Name: "sudo", About: "It is placed by root.", Values: []string{"true"}},
		},
	}
}

var (
	plainPath = regexp.MustCompile(`^[A-Za-z0-9._@+:/-]+$`)
	plainMode = regexp.MustCompile(`^0?[0-7]{3}$`)
)

// Lint implements prentice.StepKind.
func (*ArtifactKind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, artifactAttributes) {
		fail(u.Hint, "an artifact step has no attribute %q", u.Word)
	}
	for _, needed := range []string{"digest", "path"} {
		if s.Attrs[needed] == "" {
			fail("write digest=${inputs.digest} path=/srv/shop/shop", "an artifact step has no %s", needed)
		}
	}
	if v := s.Attrs["sudo"]; v != "" && v != "true" {
		fail("write sudo=true, or take it out", "sudo=%q is not true", v)
	}
	if m := s.Attrs["mode"]; m != "" && !strings.Contains(m, "${") && !plainMode.MatchString(m) {
		fail("write it as 0755", "mode=%q is no mode", m)
	}
	if strings.TrimSpace(s.Body) != "" {
		fail("take the lines out", "an artifact step has no body")
	}
	if s.Where != "" && s.Where != "target" {
		fail("write where=target", "an artifact is placed on a target, and where=%s is none", s.Where)
	}
	return findings
}

// Says implements prentice.StepKind.
func (*ArtifactKind) Says(s prentice.PlannedStep) string {
	return fmt.Sprintf("%s holds artifact/%s", s.Attrs["path"], artifact.Short(s.Attrs["digest"]))
}

// placing is what a step says, where it can be done.
type placing struct{ digest, path, mode string }

func placingOf(s prentice.PlannedStep) (p placing, err error) {
	p = placing{path: s.Attrs["path"], mode: "0755"}
	if p.digest, err = artifact.ParseDigest(s.Attrs["digest"]); err != nil {
		return p, prentice.Errorf(prentice.Refused, "%w", err)
	}
	if m := s.Attrs["mode"]; m != "" {
		p.mode = m
	}
	if len(p.path) > 400 || !plainPath.MatchString(p.path) || strings.HasPrefix(p.path, "-") || strings.HasSuffix(p.path, "/") || strings.Contains("/"+p.path+"/", "/../") || !plainMode.MatchString(p.mode) {
		return p, prentice.Errorf(prentice.Refused, "%q cannot be the path of an artefact", p.path).Try("use letters, digits and . _ @ + : - and / alone, without ..")
	}
	return p, nil
}

// hex is the digest as sha256sum has it.
func (p placing) hex() string { return strings.TrimPrefix(p.digest, "sha256:") }

// The exit codes of the lines, which sha256sum and cat do not have.
const (
	notThere = 44
	otherOne = 45
)

// look asks whether the file is there: its values are words without a character that a
// shell reads.
func (p placing) look() string {
	return fmt.Sprintf(`cd; test -f "%[1]s" || exit %[3]d; echo "%[2]s  %[1]s" | sha256sum -c --status || exit %[3]d`, p.path, p.hex(), notThere)
}

// take reads the content into a file beside, and gives it the name when it is whole.
func (p placing) take() string {
	return fmt.Sprintf(`set -eu; umask 022; cd; mkdir -p -- "$(dirname -- "%[1]s")"; t="%[1]s.part.$$"; trap "rm -f -- $t" EXIT; cat > "$t"; echo "%[2]s  $t" | sha256sum -c --status || exit %[3]d; chmod %[4]s "$t"; mv -f -- "$t" "%[1]s"`, p.path, p.hex(), otherOne, p.mode)
}

// there says whether the file is what it is to be.
func (k *ArtifactKind) there(ctx context.Context, w prentice.Work) (p placing, is bool, err error) {
	if k.desk == nil || k.desk.there() != nil || k.desk.Bring == nil {
		return p, false, prentice.Errorf(prentice.Refused, "no artefacts are kept here").Try("start prentice: prentice up")
	}
	if p, err = placingOf(w.Step); err != nil {
		return p, false, err
	}
	said, code, err := k.desk.Bring(ctx, w, p.look(), strings.NewReader(""))
	switch {
	case err != nil:
		return p, false, err
	case code == 0:
		return p, true, nil
	case code == notThere:
		return p, false, nil
	}
	return p, false, prentice.Errorf(prentice.Refused, "whether %s is there cannot be looked at: %s (exit code %d)", p.path, said, code).Try("look whether the host has sha256sum, and who may read the folder")
}

// Apply implements prentice.StepKind.
func (k *ArtifactKind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "the step was stopped before it began: %w", err)
	}
	p, is, err := k.there(ctx, w)
	switch {
	case err != nil:
		return prentice.Outcome{}, err
	case is:
		return prentice.Outcome{OK: true, Says: "it is there"}, nil
	case w.Step.Section == prentice.Check || w.Step.Section == prentice.Verify:
		return prentice.Outcome{Says: "it is not there"}, nil
	}
	if err := k.desk.Artifacts.Content.Check(p.digest); err != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Refused, "%w", err).Try("%s", prentice.HintOf(err))
	}
	content, err := k.desk.Artifacts.Content.Open(p.digest)
	if err != nil {
		return prentice.Outcome{}, prentice.Errorf(prentice.Refused, "%w", err)
	}
	defer content.Close() //nolint:errcheck // it was only read
	said, code, err := k.desk.Bring(ctx, w, p.take(), content)
	switch {
	case err != nil:
		return prentice.Outcome{}, err
	case code == otherOne:
		return prentice.Outcome{Code: code, Says: "other bytes came than were sent"}, nil
	case code != 0:
		return prentice.Outcome{Code: code, Says: said}, nil
	}
	return prentice.Outcome{OK: true, Says: "sent"}, nil
}

// Done implements prentice.StepKind.
func (k *ArtifactKind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	_, is, err := k.there(ctx, w)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case is:
		return prentice.Yes, nil
	}
	return prentice.No, nil
}

var (
	_ prentice.StepKind   = (*ArtifactKind)(nil)
	_ prentice.Documented = (*ArtifactKind)(nil)
)
