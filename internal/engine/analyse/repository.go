package analyse

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func repository() []standard.Analyser {
	return []standard.Analyser{
		{Name: "readme", Whole: readme},
		{Name: "licence", Whole: licence},
		{Name: "security-policy", Whole: securityPolicy},
		{Name: "contributing", Whole: wanted("the repository does not say how to contribute", "add a CONTRIBUTING.md: how to build, how to test, and how a change gets in", "CONTRIBUTING")},
		{Name: "codeowners", Whole: codeowners},
		{Name: "codeowners-there", Whole: codeownersThere},
		{Name: "automated-checks", Whole: automatedChecks},
		{Name: "tests-there", Whole: testsThere},
	}
}

// document finds a document by its name without ending, in any case, where people keep it.
func document(v *standard.View, bare string) (check.File, bool) {
	for _, f := range v.Files {
		dir, name := path.Split(f.Path)
		switch dir {
		case "", "docs/", ".github/", ".gitlab/", ".forgejo/", ".gitea/", "doc/":
		default:
			continue
		}
		stem := strings.ToUpper(strings.TrimSuffix(name, path.Ext(name)))
		if (stem == bare || strings.HasPrefix(stem, bare+"-") || strings.EqualFold(name, bare)) && f.Mode != check.Submodule {
			return f, true
		}
	}
	return check.File{}, false
}

func wanted(says, remedy, bare string) func(context.Context, *standard.View) ([]check.Finding, error) {
	return func(_ context.Context, v *standard.View) ([]check.Finding, error) {
		if _, found := document(v, bare); found || len(v.Files) == 0 {
			return nil, nil
		}
		return []check.Finding{{Says: says, Remedy: remedy}}, nil
	}
}

var (
	runWords  = regexp.MustCompile(`(?i)\b(run|start|install|usage|use|using|deploy|getting started|quick ?start|build)\b`)
	testWords = regexp.MustCompile(`(?i)\b(tests?|testing|check|ci)\b`)
	someCode  = regexp.MustCompile("(?m)^(```|~~~|    \\S|\t\\S)|`[^`]+`")
)

func readme(_ context.Context, v *standard.View) ([]check.Finding, error) {
	f, found := document(v, "README")
	if !found {
		return []check.Finding{{Says: "there is no README", Remedy: "add a README.md: what this is, how it is run, how it is tested",
			Fix: []check.Edit{{Path: "README.md", Content: []byte(readmeTemplate(v))}}}}, nil
	}
	if f.Mode == check.Link {
		return nil, nil
	}
	t, err := v.Open(f)
	if err != nil {
		return nil, err
	}
	text := string(t.Bytes)
	var list []check.Finding
	if len(strings.Fields(text)) < 20 {
		list = append(list, t.Of("it has fewer than 20 words: it does not say what this is"))
	}
	if strings.Contains(text, toWrite) {
		list = append(list, t.Of("it does not say what this is: it still has the sentence of the template"))
	}
	if !runWords.MatchString(text) || !someCode.MatchString(text) {
		list = append(list, t.Of("it does not say how this is run, with a command to copy"))
	}
	if !testWords.MatchString(text) && hasCode(v) {
		list = append(list, t.Of("it does not say how this is tested"))
	}
	return list, nil
}

// toWrite is what only people can say, as the template has it.
const toWrite = "What this is, in two sentences: what it does, and for whom."

// commands are how programs are run and tested, by a file that says what they are made of.
var commands = []struct{ file, run, test string }{
	{"Makefile", "make run", "make test"},
	{"go.mod", "go run .", "go test ./..."},
	{"package.json", "npm start", "npm test"},
	{"Cargo.toml", "cargo run", "cargo test"},
	{"pyproject.toml", "python3 -m NAME", "python3 -m unittest discover"},
	{"pom.xml", "mvn verify", "mvn test"},
}

func readmeTemplate(v *standard.View) string {
	run, test := "make run", "make test"
	for _, c := range commands {
		if _, found := v.File(c.file); found {
			run, test = c.run, c.test
			break
		}
	}
	return "# " + cmp.Or(v.Name, "NAME") + "\n\n" + toWrite + "\n\n## Run\n\n```sh\n" + run + "\n```\n\n## Test\n\n```sh\n" + test + "\n```\n"
}

// codeEndings are those of programs; scripts and settings are none.
var codeEndings = []string{".go", ".py", ".js", ".ts", ".tsx", ".jsx", ".rb", ".rs", ".java", ".kt", ".c", ".cc", ".cpp", ".cs", ".php", ".swift", ".scala", ".ex", ".exs"}

func isCode(p string) bool { return slices.Contains(codeEndings, path.Ext(p)) }

func hasCode(v *standard.View) bool {
	return slices.ContainsFunc(v.Files, func(f check.File) bool { return isCode(f.Path) })
}

// licences are words of the texts of licences, each with its SPDX name.
var licences = []struct{ words, name string }{
	{"Apache License", "Apache-2.0"}, {"MIT License", "MIT"}, {"Permission is hereby granted, free of charge", "MIT"}, {"GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL"},
	{"GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"}, {"GNU GENERAL PUBLIC LICENSE", "GPL"}, {"Mozilla Public License", "MPL-2.0"}, {"Redistribution and use in source and binary forms", "BSD"},
	{"Eclipse Public License", "EPL"}, {"European Union Public Licen", "EUPL"}, {"ISC License", "ISC"}, {"Permission to use, copy, modify, and/or distribute", "ISC"},
	{"CC0 1.0 Universal", "CC0-1.0"}, {"This is free and unencumbered software", "Unlicense"}, {"Open Government Licence", "OGL"}, {"Creative Commons", "CC"},
	{"Boost Software License", "BSL-1.0"}, {"SPDX-License-Identifier:", "by name"}, {"All rights reserved", "none"}, {"Proprietary", "none"},
}

func licence(_ context.Context, v *standard.View) ([]check.Finding, error) {
	var f check.File
	var found bool
	for _, name := range []string{"LICENSE", "LICENCE", "COPYING", "UNLICENSE"} {
		if f, found = document(v, name); found {
			break
		}
	}
	if !found && slices.ContainsFunc(v.Files, func(f check.File) bool { return strings.HasPrefix(f.Path, "LICENSES/") }) {
		return nil, nil // https://reuse.software
	}
	if !found {
		return []check.Finding{{Says: "there is no licence: no one may use, change or share this", Remedy: "add a LICENSE with the text of one from https://spdx.org/licenses"}}, nil
	}
	if f.Mode == check.Link {
		return nil, nil
	}
	t, err := v.Open(f)
	if err != nil {
		return nil, err
	}
	text := strings.ToLower(strings.Join(strings.Fields(string(t.Bytes)), " "))
	for _, l := range licences {
		if strings.Contains(text, strings.ToLower(l.words)) {
			return nil, nil
		}
	}
	return []check.Finding{t.Of("it is the text of no licence that is known here")}, nil
}

var contact = regexp.MustCompile(`(?i)[\w.+-]+@[\w-]+\.[\w.]+|https?://\S+|security advisor|private(ly)? (vulnerability )?report|report a vulnerability`)

func securityPolicy(_ context.Context, v *standard.View) ([]check.Finding, error) {
	f, found := document(v, "SECURITY")
	if !found {
		return []check.Finding{{Says: "it is not said how a vulnerability is reported", Remedy: "add a SECURITY.md: where to report in private, and what happens then",
			Fix: []check.Edit{{Path: "SECURITY.md", Content: []byte(securityTemplate)}}}}, nil
	}
	if f.Mode == check.Link {
		return nil, nil
	}
	t, err := v.Open(f)
	if err != nil {
		return nil, err
	}
	if !contact.Match(t.Bytes) {
		return []check.Finding{t.Of("it names no address to report to in private")}, nil
	}
	return nil, nil
}

const securityTemplate = "# Reporting a vulnerability\n\nPlease do not open a public issue. Write to security@example.org: what you found, how to see it, and how we can reach you.\nWe answer within five working days, and tell you what we did when it is repaired.\n"

func codeownersThere(_ context.Context, v *standard.View) ([]check.Finding, error) {
	if _, found := v.First(standard.OwnerFiles...); found {
		return nil, nil
	}
	return []check.Finding{{Says: "it is not said who owns what", Remedy: "add a CODEOWNERS with a line such as: * @your-team"}}, nil
}

var owner = regexp.MustCompile(`^(@[\w.-]+(/[\w./-]+)?|[\w.+-]+@[\w-]+(\.[\w-]+)+|@@[\w-]+)$`)

func codeowners(_ context.Context, v *standard.View) ([]check.Finding, error) {
	o := standard.OwnersOf(v)
	var list []check.Finding
	wrong := func(line int, format string, args ...any) {
		list = append(list, check.Finding{Path: o.Path, Line: line, Says: fmt.Sprintf(format, args...)})
	}
	for _, l := range o.Lines {
		for _, who := range l.Owners {
			if !owner.MatchString(who) {
				wrong(l.Line, "%q is no owner: write @name, @group/team or an address", standard.Shown(who))
			}
		}
		if !slices.ContainsFunc(v.Files, func(f check.File) bool { return l.Matches(f.Path) }) {
			wrong(l.Line, "%q names no file here", standard.Shown(l.Pattern))
		}
	}
	return list, nil
}

// pipelines are where the settings of systems that run checks lie.
var pipelines = regexp.MustCompile(`^(\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.woodpecker(/[^/]+)?\.ya?ml|\.prentice/checks/[^/]+\.md|Jenkinsfile|azure-pipelines\.ya?ml|\.circleci/config\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|bitbucket-pipelines\.ya?ml|\.buildkite/.+|\.builds/.+|\.cirrus\.ya?ml|\.pre-commit-config\.yaml|\.?ci/[^/]+)$`)

func automatedChecks(_ context.Context, v *standard.View) ([]check.Finding, error) {
	if !hasCode(v) || slices.ContainsFunc(v.Files, func(f check.File) bool { return pipelines.MatchString(f.Path) }) {
		return nil, nil
	}
	return []check.Finding{{Says: "nothing here says that changes are checked by a machine", Remedy: "add a pipeline; prentice check init drafts .prentice/checks/"}}, nil
}

var testFile = regexp.MustCompile(`(?i)(_test\.go|_test\.py|/?test_[^/]+\.py|\.(test|spec)\.[jt]sx?|_spec\.rb|_test\.rb|tests?\.(java|kt|cs|php|swift|scala)|(^|/)(tests?|specs?|__tests__)/.+|_test\.exs|_tests?\.(c|cc|cpp|rs))$`)

func testsThere(_ context.Context, v *standard.View) ([]check.Finding, error) {
	code := 0
	for _, f := range v.Files {
		if testFile.MatchString(f.Path) {
			return nil, nil
		}
		if !isCode(f.Path) {
			continue
		}
		code++
		if strings.HasSuffix(f.Path, ".rs") { // its tests stand in the file
			t, err := v.Open(f)
			if err == nil && strings.Contains(string(t.Bytes), "#[cfg(test)]") {
				return nil, nil
			}
		}
	}
	if code == 0 {
		return nil, nil
	}
	return []check.Finding{{Says: fmt.Sprintf("there is code, and no test (files of code: %d)", code), Remedy: "begin with one test of what must not break"}}, nil
}
