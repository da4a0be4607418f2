package procedure_test

import (
	"strings"
	"testing"

	"prentice"
)

func TestStepsAreReadStrictly(t *testing.T) {
	const f = "```"
	step := func(info, body string) string { return "\n## Act\n\n" + f + info + "\n" + body + f + "\n" }
	for _, c := range []struct{ name, body, want string }{
		{"an unknown attribute of the kind", step("sh id=a idempotant", "true\n"), `p.md:10:1: error: a sh step knows no attribute "idempotant"`},
		{"an attribute twice", step("sh id=a id=b", "true\n"), "p.md:10:12: error: attribute id appears twice"},
		{"a value without a name", step("sh =a", "true\n"), "p.md:10:7: error: an attribute cannot begin with ="},
		{"a name without a value", step("sh id= risk=look", "true\n"), "p.md:10:7: error: no value in attribute id"},
		{"a quotation without an end", step(`http url="a`, ""), "p.md:10:9: error: the quotation has no end in attribute url"},
		{"an expression without an end", step("http url=${service.url", ""), "${ has no end in attribute url"},
		{"a misspelt name in an expression", step("probe service=a settle=${inptus.x}", ""), `p.md:10:29: error: attribute settle: there is no "inptus" here; did you mean inputs?`},
		{"an id with a dot", step("sh id=a.b", "true\n"), `id "a.b" is not a name`},
		{"a misspelt risk", step("sh risk=dangr", "true\n"), `p.md:10:7: error: risk "dangr" is not a risk; did you mean danger?`},
		{"a sandbox for what is no script", step("http url=http://a where=sandbox", ""), "only a script can be performed in a sandbox"},
		{"a misspelt place", step("sh where=traget", "true\n"), "did you mean target?"},
		{"an expectation outside Check", step("sh expect=ok", "true\n"), "expect belongs to a check"},
		{"an empty script", step("sh id=a", " \n"), "p.md:10:1: error: the script is empty"},
		{"an id twice", step("sh id=a", "true\n") + "\n" + f + "sh id=a\ntrue\n" + f + "\n", "p.md:14:1: error: id a is taken by the step in line 10"},
		{"a question about nothing", step("sh id=a of=b", "true\n"), "of=b names no step"},
		{"a question about itself", step("sh id=a of=a", "true\n"), "cannot be asked about"},
		{"a change in Check", "\n## Check\n\n" + f + "sh risk=change\ntrue\n" + f + "\n", "only looking is allowed there; put it under ## Act"},
		{"a misspelt expectation", "\n## Check\n\n" + f + "sh expect=fial\ntrue\n" + f + "\n", "did you mean fail?"},
		{"a block that is never closed", "\n## Act\n\n" + f + "sh id=a\ntrue\n", "p.md:10:1: error: the block is never closed"},
		{"a block whose end is forgotten, up to the next step", "\n## Act\n\n" + f + "sh id=a\ntrue\n\n## Undo\n\n" + f + "sh id=u\ntrue\n" + f + "\n", "a block of kind sh begins within another, which is not closed before it"},
		{"a block whose end is forgotten, up to the next section", "\n## Act\n\n" + f + "sh id=a\ntrue\n\n## Undo\n\n" + f + "text\nnothing\n" + f + "\n", "a block begins within another, which is not closed before ## Undo"},
		{"a misspelt kind", step("shh id=a", "true\n"), `p.md:10:4: error: "shh" is not a kind of step; did you mean sh?`},
		{"another shell", step("zsh", "true\n"), `"zsh" is not a kind of step; write bash`},
		{"a kind as sites write it", step("{.bash}", "true\n"), `"{.bash}" is not a kind of step; write bash and a blank behind it`},
		{"a kind in capitals", step("Bash", "true\n"), `"Bash" is not a kind of step; write bash and a blank behind it`},
		{"a kind with a site's options", step("sh,linenos=table", "true\n"), `is not a kind of step; write sh and a blank behind it`},
		{"a session that is marked", step("console id=a", "x\n"), `"console" is not a kind of step; use one of sh`},
		{"letters swapped", step("hs", "true\n"), `"hs" is not a kind of step; did you mean sh?`},
		{"an unknown kind that is marked", step("terraform id=a", "x\n"), `"terraform" is not a kind of step; use one of sh, bash, http`},
		{"attributes without a kind", step("id=a", "true\n"), "the block has attributes and no kind"},
		{"a backtick behind the fence", step("sh id=a # the `done?` question", "true\n"), "p.md:10:1: error: this line does not begin a block"},
		{"a fence indented too far", "\n## Act\n\n    " + f + "sh id=a\n    true\n    " + f + "\n", "p.md:10:1: error: the block is indented too far"},
		{"a step in a list", "\n## Act\n\n1. First:\n\n   " + f + "sh id=a\n   true\n   " + f + "\n", "a step is inside a list or a quotation"},
		{"a step in a quotation", "\n## Act\n\n> " + f + "sh id=a\n> true\n> " + f + "\n", "a step is inside a list or a quotation"},
		{"hidden by HTML", "\n<details>\n\n## Act\n\n" + f + "sh\ntrue\n" + f + "\n\n</details>\n", "p.md:10:1: error: section Act is within the <details> of line 8"},
		{"a step that is folded away", "\n## Act\n\n<details>\n<summary>More</summary>\n\n" + f + "sh\ntrue\n" + f + "\n\n</details>\n", "p.md:13:1: error: a step is within the <details> of line 10"},
		{"a step behind details that no one closes", "\n## Act\n\nWords <details> and more.\n\n" + f + "sh\ntrue\n" + f + "\n", "a step is within the <details> of line 10"},
		{"a step that HTML makes none", "\n## Act\n\n<details>\n" + f + "sh\ntrue\n" + f + "\n</details>\n", "a block within HTML is not one; leave a line empty before the block"},
		{"hidden by a style", "\n<div style=\"display:none\">\n\n## Act\n", "HTML is not read"},
		{"hidden by an attribute", "\n<div hidden>\n\n## Act\n", "HTML is not read"},
		{"a script of the page", "\n<script>\n</script>\n", "HTML is not read"},
		{"a heading that is none", "\n<h2>Act</h2>\n", "HTML is not read"},
		{"a comment without an end", "\n<!-- \n## Act\n", "the comment is never closed"},
		{"a section twice", act + act, "section Act appears twice"},
		{"a section in small letters", "\n## act\n", `p.md:8:1: error: heading "act" is nearly the section Act; write ## Act`},
		{"a title that is a section", "\n# Act\n", "nearly the section Act; write ## Act"},
		{"a section twice, of two heights", act + "\n### Act\n", "section Act appears twice"},
		{"a section with a colon", "\n## Verify:\n", "nearly the section Verify"},
		{"a section in bold", "\n## **Undo**\n", "nearly the section Undo"},
		{"a misspelt section with a step", "\n## Verfy\n\n" + f + "sh\ntrue\n" + f + "\n", `heading "Verfy" is not a section, and a step is below it; did you mean ## Verify?`},
		{"a marked step outside the sections", "\n## Background\n\n" + f + "sh id=a\ntrue\n" + f + "\n", "a step is outside the sections"},
		{"no steps at all", "\nJust words.\n", "the procedure has no steps"},
		{"a misspelt variable", step("sh id=a", "echo \"$EVENT_SUBJCT\"\n"), "p.md:11:7: error: nothing sets $EVENT_SUBJCT; did you mean $EVENT_SUBJECT?"},
		{"a variable of no service", step("sh id=a", "true\necho ${SERVICE_UNIT}\n"), "p.md:12:6: error: nothing sets $SERVICE_UNIT; give the procedure an input of type service"},
		{"the event's id", step("sh id=a", "echo $EVENT_ID\n"), "so that equal faults have equal plans"},
		{"a call that is not an act", "\n## Verify\n\n" + f + "uses procedure=b\n" + f + "\n", "a uses step is in verify"},
		{"a call of nothing", step("uses id=a", ""), "the uses step names no procedure"},
		{"a call with a risk", step("uses procedure=b risk=look", ""), "a uses step has no attribute risk"},
		{"a call with an unknown attribute", step("uses procedure=b inputs.x=1", ""), `a uses step has no attribute "inputs.x"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := parse(front() + c.body)
			if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}

func TestAnInputThatIsReadByItsNameAloneIsAdvisedAgainst(t *testing.T) {
	for body, want := range map[string]string{
		"true\necho \"${NEW_WORD}\"":    "p.md:14:7: advice: nothing here sets $NEW_WORD; did you mean $INPUT_NEW_WORD?",
		"echo $INPUT_NEW_WORD":          "",
		"read NEW_WORD; echo $NEW_WORD": "",
		"echo $NEW_WORDS $PATH $KEY":    "",
	} {
		_, findings := parse(front("inputs: {new-word: {type: string}, path: {type: string}, key: {type: string}}", "secrets: [key]") + "\n## Act\n\n```sh id=a\n" + body + "\n```\n")
		if got := says(findings); !strings.Contains(got, want) || want == "" && strings.Contains(got, "nothing here sets") {
			t.Errorf("%s: got\n%swant %s", body, got, want)
		}
	}
}

func TestProseIsForPeople(t *testing.T) {
	body := "\nWords first.\n\n# A title\n\n```sh\nan example that no one runs\n```\n\n## Act\n\nWhy.\n\n```text\n$ not run\n```\n\n```json\n{}\n```\n\n```\nplain\n```\n\n    indented\n\n" +
		"### A part of it\n\nMore.\n\n```sh id=a\ntrue\n```\n\nAfter.\n\n<!-- a comment\n```sh id=b\nfalse\n```\n-->\n\n## Notes\n\n~~~html\n<p>\n~~~\n\nLast.\n"
	p, findings := parse(front() + body)
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	if len(p.Steps) != 1 || p.Steps[0].ID != "a" || p.Steps[0].Prose != "More." {
		t.Fatalf("steps %+v", p.Steps)
	}
	var titles []string
	for _, s := range p.Sections {
		titles = append(titles, s.Title)
	}
	if got := strings.Join(titles, "|"); got != "|A title|Act|A part of it|Notes" {
		t.Errorf("sections %s", got)
	}
	if got := p.Sections[3].Text; !strings.HasPrefix(got, "More.\n\nAfter.") {
		t.Errorf("prose of the part is %q", got)
	}
	if got := p.Sections[2].Text; !strings.Contains(got, "$ not run") || !strings.Contains(got, "indented") {
		t.Errorf("prose of Act is %q", got)
	}
}

func TestWhatRunbooksHoldPassesAsProse(t *testing.T) {
	body := "\n{{< note >}}\nMind the queue.\n{{< /note >}}\n\n{{#include shared.md}}\n\n<details open>\n<summary>How it <b>looks</b></summary>\n\n```json\n{\"state\": \"ok\"}\n```\n\n</details>\n\n" +
		"| host | role |\n|------|------|\n| web-1 | `sh` |\n\n:::tip\nAsk first.\n:::\n\n<br>\n\n<a name=\"act\"></a>\n\n<img src=\"x.png\" alt=\"a\">\n\nSee `<details>` and <https://example.com>.\n\n" +
		"## Act\n\n- one\n- two\n\n```sh id=a\ntrue\n```\n\n<details>\n<summary>Why</summary>\n\nBecause.\n\n</details>\n\n### Verify\n\n```console\n$ true\n```\n\n```sh id=b\ntrue\n```\n\n### Notes\n\n```yaml\na: 1\n```\n\n```\nplain\n```\n"
	p, findings := parse(front() + body)
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	if len(p.Steps) != 2 || p.Steps[0].Section != prentice.Act || p.Steps[1].Section != prentice.Verify {
		t.Errorf("steps %+v", p.Steps)
	}
	got := says(findings)
	for _, want := range []string{`advice: heading "Verify" of level 3 opens the section; write ## Verify`, "advice: a block of console is for people: it is not run", "advice: 2 blocks are for people and not run: yaml (line"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swant %s", got, want)
		}
	}
}

func TestABlockThatIsNotRunIsTold(t *testing.T) {
	for info, want := range map[string]string{
		"json": "1 block is for people and not run: json (line 14)", "": "1 block is for people and not run: without a kind (line 14)", "shell": "a block of shell is for people: it is not run; write sh or bash",
		"console": "a block of console is for people", "text": "", "txt": "",
	} {
		_, findings := parse(front() + act + "\n```" + info + "\nx\n```\n")
		if got := says(findings); !strings.Contains(got, want) || want == "" && strings.Contains(got, "for people") || len(errorsIn(findings)) > 0 {
			t.Errorf("%s: got\n%swant %s", info, got, want)
		}
	}
	_, findings := parse(front() + "\n## Background\n\n```sh\nps\n```\n" + act)
	if got := says(findings); !strings.Contains(got, "1 block is for people and not run: sh (line 10)") {
		t.Errorf("outside the sections: %s", got)
	}
}

func TestHeadingsMayBeDrawnEitherWay(t *testing.T) {
	p, findings := parse(front() + "\nTitle\n=====\n\nAct\n---\n\n~~~sh id=a\ntrue\n~~~\n")
	if bad := errorsIn(findings); len(bad) > 0 || len(p.Steps) != 1 || p.Steps[0].Section != prentice.Act {
		t.Errorf("%s%+v", says(bad), p.Steps)
	}
}

func TestValuesMayHoldBlanksAndQuotes(t *testing.T) {
	p, findings := parse(front("inputs: {service: {type: service}}") + "\n## Act\n\n" +
		"````http id=a url=\"http://x/\\\"a b\\\"?q=${ {\"k\": \"}\"}[\"k\"] }\" method=${inputs.service == 'x' ? \"GET\" : 'POST'} # why\n````\n")
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	attrs := p.Steps[0].Attrs
	if attrs["url"] != `http://x/"a b"?q=${ {"k": "}"}["k"] }` || attrs["method"] != `${inputs.service == 'x' ? "GET" : 'POST'}` || len(attrs) != 2 {
		t.Errorf("attributes %q", attrs)
	}
}

func TestAScriptMaySetItsOwnVariables(t *testing.T) {
	_, findings := parse(front() + "\n## Act\n\n```sh id=a\nEVENT_FILE=/x\necho \"$EVENT_FILE\" \"$EVENT_DATA_CONSECUTIVE\"\n```\n")
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Error(says(bad))
	}
}
