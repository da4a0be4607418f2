package script_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/script"
)

func said(text string, shell script.Shell) string {
	var list []string
	for _, r := range script.Read(text, shell) {
		list = append(list, r.Text)
	}
	return strings.Join(list, "; ")
}

func TestAPipeThatCanHideAFailureIsTold(t *testing.T) {
	for _, text := range []string{
		"no-such-command | cat", "pg_dump shop | gzip >dump.gz", "curl -fsS http://x | jq .state", "a | b | c", "x=$(kubectl get pods | wc -l)", "if a | wc -l; then b; fi",
		"{ a; b; } | cat", "(a) | cat", "echo 1 | a | cat", "echo well && a | tee log",
	} {
		if got := said(text, script.POSIX); strings.Count(got, "a failure before this pipe is not seen") != 1 {
			t.Errorf("%q: %q", text, got)
		}
		if got := said(text, script.Bash); got != "" {
			t.Errorf("%q in bash: %q", text, got)
		}
	}
}

func TestAPipeThatHidesNothingIsNotTold(t *testing.T) {
	for _, text := range []string{
		"echo 1 | cat", `printf '%s\n' a | tee b`, "systemctl status x | grep running", "{ a || true; } | cat", "a || b | grep x", `test "$(df / | tail -1 | tr -dc 0-9)" -lt 95`,
		"# a | b", "echo 'a | b'", "cat <<END | tee file\na | b\nEND", "a || b", "for f in $(ls | sort); do echo $f; done", "yes | grep -c y",
	} {
		if got := said(text, script.POSIX); got != "" {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestAReaderThatStopsEarlyIsToldWherePipesFail(t *testing.T) {
	for text, want := range map[string]bool{
		"journalctl -u x | grep -q error": true, "ls | head -1": true, "a | grep -qi x": true, "a | grep -m1 x": true, "a | grep --quiet x": true,
		"a | grep x >/dev/null": false, "a | sed -n 1p": false, "echo a | grep -q a": false, "{ a || true; } | head -1": false,
	} {
		if got := said(text, script.Bash); strings.Contains(got, "code 141") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestWhatWaitsForAPersonIsTold(t *testing.T) {
	for _, text := range []string{
		"kubectl edit deployment x", "kubectl -n shop edit deployment x", "sudo vi /etc/hosts", "sudo -u postgres psql shop", "vim x", "nano x", "top", "less /var/log/syslog", "dmesg | less", "mysql shop", "psql",
		"ssh web-1", "ssh -p 22 -o BatchMode=yes web-1", "apt-get install nginx", "sudo apt-get upgrade", "DEBIAN_FRONTEND=noninteractive apt install nginx", "dnf install x", "read answer", "read -p 'sure? ' x",
		"crontab -e", "systemctl edit nginx", "docker exec -it web sh", "kubectl exec -it pod -- sh", "passwd bob", "env A=1 nano x", "timeout 10 vi x", "/usr/bin/vim x", "visudo", "redis-cli", "redis-cli -h cache",
		"if true; then read x; fi", "sqlite3 shop.db",
	} {
		if got := said(text, script.POSIX); !strings.Contains(got, "person") && !strings.Contains(got, "asks before") && !strings.Contains(got, "terminal") && !strings.Contains(got, "screen") {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestWhatNeverEndsIsTold(t *testing.T) {
	for _, text := range []string{"tail -f log", "journalctl -fu web", "kubectl logs -f pod", "kubectl get pods -w", "watch df", "kubectl port-forward pod 8080:80"} {
		if got := said(text, script.POSIX); !strings.Contains(got, "until the step's time is up") {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestWhatWaitsForNobodyIsNotTold(t *testing.T) {
	for _, text := range []string{
		"kubectl rollout restart deployment/web", "kubectl apply -f edit.yaml", "kubectl exec pod -- ls -t", "top -b -n 1", "mysql -e 'select 1'", "mysql -Nse 'select 1'", "mysql <dump.sql", "psql -c 'select 1'", "psql -qAtc 'select 1'",
		"psql <<END\nselect 1\nEND", "ssh web-1 uptime", "ssh -i key -p 22 web-1 -- uptime", "apt-get install -y nginx", "apt-get -qy install nginx", "apt-get update", "dnf -y install x", "echo y | read x", "while read x; do echo $x; done <file",
		"ls >files; while read x; do echo $x; done <files", "visudo -c", "command -v vim", "echo vim", "passwd -l bob", "docker exec web sh -c 'x'", "redis-cli -h cache ping", "sqlite3 shop.db 'select 1'", "fdisk -l",
		"tail -n 5 log", "systemctl restart nginx", "systemctl status nginx", "less --version", "f() { read x; }\nf <file", "read x <file", "sudo systemctl restart x", "kubectl logs --tail=100 pod", "kubectl get -f x.yaml",
	} {
		if got := said(text, script.POSIX); got != "" {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestTheGrammarOfAnotherShellIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"a=(1 2)\necho ${a[0]}": "this is the grammar of bash", "cat <(ls)": "this is the grammar of bash", "if true; then": "a shell cannot read this", "echo 'a": "a shell cannot read this", "echo $((": "a shell cannot read this",
	} {
		if got := said(text, script.POSIX); !strings.Contains(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := said("a=(1 2)\necho ${a[0]}\n[[ a == a ]]", script.Bash); got != "" {
		t.Errorf("bash in bash: %q", got)
	}
}

func TestARemarkHasItsPlace(t *testing.T) {
	got := script.Read("true\n  vi x\nif\n", script.POSIX)
	if len(got) != 1 || got[0].Line != 3 && got[0].Line != 4 {
		t.Errorf("a fault: %+v", got)
	}
	got = script.Read("true\n  vi x\n", script.POSIX)
	if len(got) != 1 || got[0].Line != 2 || got[0].Column != 3 || got[0].Hint == "" {
		t.Errorf("an editor: %+v", got)
	}
}

func TestAHostileScriptIsRead(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", script.MaxBytes), strings.Repeat("$(", script.MaxBytes/2), strings.Repeat("{ ", script.MaxBytes/2), strings.Repeat("`", script.MaxBytes), strings.Repeat("a|", script.MaxBytes/2) + "a",
		strings.Repeat("${a:-", script.MaxBytes/5), strings.Repeat("$((", script.MaxBytes/3), strings.Repeat("vi\n", script.MaxBytes/3), strings.Repeat("! ", script.MaxBytes/2), strings.Repeat("if ", script.MaxBytes/3),
		strings.Repeat("a|", 5000) + "a\n" + strings.Repeat("(", 1000) + "a|b" + strings.Repeat(")", 1000), strings.Repeat("x", 1<<20), "\xff\x00\n", strings.Repeat("<<a ", 5000), strings.Repeat("[[ (", 5000),
		strings.Repeat("$(a|b;", 3000) + strings.Repeat(")", 3000), strings.Repeat("(vi;", 5000) + strings.Repeat(")", 5000), strings.Repeat("\"$(", 5000),
	} {
		for _, shell := range []script.Shell{script.POSIX, script.Bash} {
			if got := script.Read(text, shell); len(got) > 11 {
				t.Errorf("%d remarks about %.20q", len(got), text)
			}
		}
	}
}

func TestWhatNestsWithoutEndIsNotRead(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("(", script.MaxDepth) + "true" + strings.Repeat(")", script.MaxDepth):                   "",
		"true\n" + strings.Repeat("{ ", script.MaxDepth+1) + "true" + strings.Repeat("; }", script.MaxDepth+1): "it nests deeper than 200 levels",
		strings.Repeat("(", script.MaxBytes):     "it nests deeper than 200 levels",
		strings.Repeat("$((", script.MaxBytes/3): "it nests deeper than 200 levels",
		strings.Repeat("echo $(a)\n", 1000):      "",
	} {
		if got := said(text, script.Bash); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%.20q: %q", text, got)
		}
	}
	if got := script.Read("true\n"+strings.Repeat("(", script.MaxDepth+1), script.POSIX); len(got) != 1 || got[0].Line != 2 || got[0].Column != script.MaxDepth+1 {
		t.Errorf("its place: %+v", got)
	}
}
