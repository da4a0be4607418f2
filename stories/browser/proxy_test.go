package browser

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"prentice/internal/kit/freeport"
	"prentice/internal/kit/needtest"
)

// The proxies are set up as the book says it: the blocks of its page are what they
// and prentice run with, but for ports and files, which are the test's own. The name
// is ops.example.org here too, and anyone who asks for it is sent to the proxy.

const publicName = "ops.example.org"

// book is the n-th block of a kind on the page about proxies.
func book(t *testing.T, kind string, n int) string {
	t.Helper()
	raw, err := os.ReadFile("../../book/how-to/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```"+kind+"\n(.*?)\n```").FindAllSubmatch(raw, -1)
	if n >= len(blocks) {
		t.Fatalf("the page has %d blocks of %s, wanted number %d", len(blocks), kind, n)
	}
	return string(blocks[n][1])
}

// with puts the test's own ports and files into a block.
func with(t *testing.T, block string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(block, pairs[i]) {
			t.Fatalf("the block has no %q:\n%s", pairs[i], block)
		}
	}
	return strings.NewReplacer(pairs...).Replace(block)
}

// front is a proxy that runs.
type front struct {
	address   string // of its port
	trusted   *tls.Config
	spki      string // of its key, for the browser
	public    string // the address by which people reach prentice
	behind    string // where prentice listens
	cert, key string // files
	said      *bytes.Buffer
	home      string
}

func nginx(t *testing.T, f *front, block string) {
	program := needtest.Program(t, "nginx", "/usr/sbin/nginx")
	config := fmt.Sprintf(`daemon off; pid %[1]s/nginx.pid; error_log stderr error; user root;
events {}
http {
    access_log off;
    client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
%[2]s
}`, f.home, with(t, block, "listen 443", "listen "+f.address, "127.0.0.1:7400", f.behind, "/etc/ssl/ops.example.org.pem", f.cert, "/etc/ssl/private/ops.example.org.key", f.key))
	f.runs(t, "nginx.conf", config, program, "-e", "stderr", "-c")
}

func caddy(t *testing.T, f *front, block string) {
	program := needtest.Program(t, "caddy")
	_, port, _ := net.SplitHostPort(f.address)
	config := fmt.Sprintf("{\n admin off\n auto_https disable_redirects\n skip_install_trust\n https_port %s\n storage file_system %s\n}\n%s\n", port, f.home,
		with(t, block, publicName+" {", publicName+" {\n    bind 127.0.0.1", "127.0.0.1:7400", f.behind, "/etc/ssl/ops.example.org.pem", f.cert, "/etc/ssl/private/ops.example.org.key", f.key))
	f.runs(t, "Caddyfile", config, program, "run", "--adapter", "caddyfile", "--config")
}

// runs starts the proxy and waits until it listens.
func (f *front) runs(t *testing.T, name, config, program string, args ...string) {
	t.Helper()
	file := filepath.Join(f.home, name)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, append(args, file)...)
	c.Env = append(os.Environ(), "HOME="+f.home, "XDG_CONFIG_HOME="+f.home, "XDG_DATA_HOME="+f.home)
	f.said = &bytes.Buffer{}
	c.Stdout, c.Stderr = f.said, f.said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { c.Wait(); close(ended) }()                           //nolint:errcheck // what it said tells
	t.Cleanup(func() { c.Process.Signal(syscall.SIGTERM); <-ended }) //nolint:errcheck // it may have gone already
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", f.address); err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s has ended: %s\n%s", program, f.said, config)
		default:
		}
	}
	t.Fatalf("%s does not listen: %s", program, f.said)
}

// dial reaches the proxy from an address of loopback, whatever was asked for.
func (f *front) dial(from string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		return d.DialContext(ctx, network, f.address)
	}
}

// client is a program or a person of another machine: loopback has many addresses.
func (f *front) client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{DialContext: f.dial("127.0.0.2"), TLSClientConfig: f.trusted}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Jar: jar, Timeout: patience, Transport: tr}
}

// browser is someone in front of a browser for whom the name is the proxy.
func (f *front) browser(t *testing.T) person {
	t.Helper()
	return sitDown(t, chromedp.Flag("host-resolver-rules", fmt.Sprintf("MAP %s %s", publicName, f.address)), chromedp.Flag("ignore-certificate-errors-spki-list", f.spki))
}

// freshFront is a proxy that is not started yet.
func freshFront(t *testing.T, s server, public string) *front {
	t.Helper()
	port, err := freeport.Give()
	if err != nil {
		t.Fatal(err)
	}
	f := &front{address: freeport.Address(port), public: public, behind: s.listens, home: t.TempDir()}
	f.certify(t)
	return f
}

// behindProxy is prentice as the n-th settings of the page have it.
func behindProxy(t *testing.T, n int) (server, string) {
	t.Helper()
	settings := book(t, "toml", n)
	public := regexp.MustCompile(`public_url = "(.*)"`).FindStringSubmatch(settings)
	if public == nil {
		t.Fatal(settings)
	}
	return serveWith(t, settings), public[1]
}

func TestAPersonWorksBehindAProxyAsTheBookSetsItUp(t *testing.T) {
	needtest.Program(t, "caddy")
	starts := map[string]func(*testing.T, *front, string){"nginx": nginx, "caddy": caddy}
	for n, at := range []string{"a name of its own", "a path"} {
		t.Run(at, func(t *testing.T) {
			s, public := behindProxy(t, n)
			waits := s.breaks()
			for kind, start := range starts {
				t.Run(kind, func(t *testing.T) {
					f := freshFront(t, s, public)
					start(t, f, book(t, kind, n))
					t.Run("every address leads somewhere", func(t *testing.T) { crawl(t, f, s) })
					t.Run("a page follows a run", func(t *testing.T) { follows(t, f, s, waits) })
					t.Run("programs ask and send", func(t *testing.T) { programs(t, f, s) })
					t.Run("no one says where they come from", func(t *testing.T) { comesFrom(t, f, s) })
					t.Run("people sign in", func(t *testing.T) {
						s.says(t, "person", "add", "ann-"+kind, "--role", "approver")
						signsIn(t, f.browser(t), "ann-"+kind, s.newLink(t, "ann-"+kind))
					})
				})
			}
			last := []string{"nginx", "caddy"}[n]
			f := freshFront(t, s, public)
			starts[last](t, f, book(t, last, n))
			olga := f.browser(t)
			olga.do(chromedp.Navigate(s.newLink(t, "olga")), chromedp.WaitVisible("main form button"))
			olga.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main form").submit()`))
			olga.until("Open incidents")
			approves(t, olga, public, waits)
		})
	}
}

// newLink is a link that signs someone in.
func (s server) newLink(t *testing.T, name string) string {
	t.Helper()
	out := s.says(t, "person", "link", name)
	link := regexp.MustCompile(`https://\S+/sign-in/\S+`).FindString(out)
	if link == "" {
		t.Fatalf("no link: %s", out)
	}
	return link
}

// follows reads the first event of a stream while the run waits: a proxy that holds
// answers back would give none.
func follows(t *testing.T, f *front, s server, run string) {
	c := f.signedIn(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.public+"/live/run.watch?number="+run, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	line, err := in.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "event: ") || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%s %s: %q, %v", res.Status, res.Header.Get("Content-Type"), line, err)
	}
}

// signedIn is a client with a session.
func (f *front) signedIn(t *testing.T, s server) *http.Client {
	t.Helper()
	c := f.client(t)
	link := s.newLink(t, "olga")
	if !strings.HasPrefix(link, f.public+"/sign-in/") {
		t.Fatalf("the link is %s", link)
	}
	res, err := c.PostForm(link, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("Sign out")) {
		t.Fatalf("%s: %s", res.Status, page)
	}
	return c
}
