package render

import (
	"strings"
	"testing"
	"time"
)

func TestMarkdownCannotAct(t *testing.T) {
	for name, source := range map[string]string{
		"a script":             "<script>alert(1)</script>",
		"a link that runs":     "[x](javascript:alert(1))",
		"an image that phones": "![x](http://evil.example/beacon.png)",
		"a handler":            "<p onclick=alert(1)>x</p>",
		"a style":              "<style>*{display:none}</style>",
		"data in a link":       "[x](data:text/html;base64,PHNjcmlwdD4=)",
	} {
		t.Run(name, func(t *testing.T) {
			got := Markdown(source)
			for _, bad := range []string{"<script", "javascript:", "<img", "onclick", "<style", "data:"} {
				if strings.Contains(got, bad) {
					t.Errorf("%q became %q", source, got)
				}
			}
		})
	}
}

func TestMarkdownKeepsWhatRunbooksNeed(t *testing.T) {
	got := Markdown("# Restart\n\nUse `failover-db`.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh id=x\necho hi\n```\n\n[docs](https://example.org)")
	for _, want := range []string{"<h3>Restart</h3>", "<code>failover-db</code>", "<td>1</td>", `<code class="language-sh">`, `rel="nofollow noreferrer"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestPlainTextCannotLieAboutItself(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ordinary text stays", "línea\tuno\nzwei — 漢", "línea\tuno\nzwei — 漢"},
		{"colours go", "\x1b[31mred\x1b[0m", "red"},
		{"titles and links go", "\x1b]0;owned\x07a\x1b]8;;http://x\x1b\\b", "ab"},
		{"an unfinished escape goes", "a\x1b[", "a"},
		{"an unfinished title hides no other line", "a\x1b]0;b\nc", "a\nc"},
		{"a progress bar shows its end", "10%\r50%\r100%\ndone", "100%\ndone"},
		{"a windows line end is a line end", "a\r\nb", "a\nb"},
		{"a bell is written out", "a\x07b", `a\x07b`},
		{"turned reading is written out", "a\u202eb", `a\u202eb`},
		{"broken UTF-8 is written out", "a\xffb", `a\xffb`},
		{"C1 controls are written out", "a\u009bb", `a\u009bb`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Plain(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b[31mb\r\x9b\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		once := Plain(s)
		if !tame(once) {
			t.Errorf("%q became %q, which is not tame", s, once)
		}
	})
}

func TestTimesAreSaidAsPeopleSayThem(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for want, d := range map[string]time.Duration{
		"just now": 0, "40 s ago": 40 * time.Second, "59 min ago": time.Hour - time.Second, "47 h ago": 47*time.Hour + time.Minute,
		"3 d ago": 3 * 24 * time.Hour, "in 59 min": -59 * time.Minute, "2026-01-01": 62*24*time.Hour + 12*time.Hour,
	} {
		if got := Ago(now, now.Add(-d)); got != want {
			t.Errorf("%v before now: got %q, want %q", d, got, want)
		}
	}
	if got := Ago(now, time.Time{}); got != "never" {
		t.Errorf("no time: %q", got)
	}
}

func TestSpansHaveAtMostTwoUnits(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 s": 0, "850 µs": 850 * time.Microsecond, "230 ms": 230 * time.Millisecond, "4.2 s": 4200 * time.Millisecond, "5 s": 5 * time.Second,
		"42 s": 42 * time.Second, "3 min 5 s": 185 * time.Second, "2 h": 2 * time.Hour, "2 h 1 min": 2*time.Hour + 61*time.Second, "1 d 4 h": 28*time.Hour + time.Minute, "−5 s": -5 * time.Second,
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestSizesUseBinaryUnits(t *testing.T) {
	for want, n := range map[string]int64{"0 B": 0, "1023 B": 1023, "1.0 KiB": 1024, "1.5 MiB": 3 << 19, "8.0 EiB": 1<<63 - 1} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
