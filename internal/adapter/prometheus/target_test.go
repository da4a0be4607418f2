package prometheus

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func said(f Found) string {
	var b strings.Builder
	for _, t := range f.Targets {
		b.WriteString(t.Job + " " + t.Host + " " + t.Port + " " + t.URL + "\n")
	}
	for _, l := range f.Left {
		b.WriteString(l.What + ": " + l.Why + "\n")
	}
	return b.String()
}

func TestAPageThatWantsSomebodyToSignInIsAPort(t *testing.T) {
	f, err := File(file(t, "prometheus.yml", `
global: {scrape_interval: 15s}
scrape_configs:
- {job_name: open, static_configs: [{targets: ["a:80", "[::1]:81", "b.example"]}]}
- {job_name: closed, scheme: https, basic_auth: {username: u, password: hunter2}, static_configs: [{targets: ["a:443"]}]}
- {job_name: own, tls_config: {ca_file: x}, static_configs: [{targets: ["c:1"]}]}
- {job_name: asked, params: {token: [hunter3]}, static_configs: [{targets: ["d:1"]}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := "open a 80 http://a:80/metrics\nopen ::1 81 http://[::1]:81/metrics\nopen b.example 80 http://b.example/metrics\nclosed a 443 \nown c 1 \nasked d 1 \n"
	if got := said(f); got != want {
		t.Errorf("%s", got)
	}
}

func TestSecretsInAddressesStayWhereTheyAre(t *testing.T) {
	f, err := File(file(t, "prometheus.yml", `
scrape_configs:
- job_name: pages
  metrics_path: /probe
  static_configs: [{targets: ["https://u:hunter2@shop.example/a?token=hunter3#hunter4", "https://shop.example/b?key=hunter5", "10.0.0.1:22"]}]
  relabel_configs: [{source_labels: [__address__], target_label: __param_target}]
- {job_name: odd, static_configs: [{targets: ["u:hunter6@x:1", "bad host:1", "x:99999", "$(reboot):1"]}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := said(f)
	if strings.Contains(got, "hunter") || !strings.Contains(got, "https://shop.example/b\n") || !strings.Contains(got, "something else than a page") {
		t.Errorf("%s", got)
	}
	for _, target := range f.Targets {
		if strings.ContainsAny(target.Host, " $(") {
			t.Errorf("%+v", target)
		}
	}
}

func TestWhatComesAndGoesIsLeftOutAndSaid(t *testing.T) {
	f, err := File(file(t, "prometheus.yml", `
scrape_configs:
- {job_name: pods, kubernetes_sd_configs: [{role: pod}]}
- {job_name: files, file_sd_configs: [{files: ["nowhere/*.json"]}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := said(f); !strings.Contains(got, "job pods: its targets are found by kubernetes_sd_configs") || !strings.Contains(got, "job files: there is no file") {
		t.Errorf("%s", got)
	}
}

func TestFilesOfTargetsAreRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"prometheus.yml": "scrape_configs: [{job_name: j, file_sd_configs: [{files: [sd/*.json, sd/*.yml]}]}]", "sd/a.json": `[{"targets": ["a:1"], "labels": {"x": "y"}}]`, "sd/b.yml": "- targets: [b:2]", "sd/c.yml": "{"} {
		os.MkdirAll(filepath.Join(dir, "sd"), 0o755) //nolint:errcheck // writing says so
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := File(filepath.Join(dir, "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := said(f); !strings.HasPrefix(got, "j a 1 http://a:1/metrics\nj b 2 http://b:2/metrics\n") || !strings.Contains(got, "c.yml is no list of targets") {
		t.Errorf("%s", got)
	}
}

const answer = `{"status": "success", "data": {"activeTargets": [
 {"discoveredLabels": {"job": "open"}, "labels": {"job": "open", "instance": "a:1"}, "scrapeUrl": "http://a:1/metrics"},
 {"discoveredLabels": {"job": "closed"}, "labels": {"job": "closed"}, "scrapeUrl": "http://localhost:2/metrics"},
 {"discoveredLabels": {"job": "pages", "__param_target": "https://shop.example/x?token=hunter2"}, "labels": {"job": "pages"}, "scrapeUrl": "http://blackbox:9115/probe?target=x"},
 {"discoveredLabels": {"job": "pods", "__meta_kubernetes_pod_name": "p"}, "labels": {"job": "pods"}, "scrapeUrl": "http://10.244.0.3:80/metrics"}]}}`

func TestAPrometheusIsAskedHowItAsks(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/targets":
			w.Write([]byte(answer)) //nolint:errcheck // the test sees what came
		case "/api/v1/status/config":
			w.Write([]byte(`{"data": {"yaml": "scrape_configs:\n- job_name: open\n- job_name: closed\n  basic_auth: {username: u, password: <secret>}\n"}}`)) //nolint:errcheck // as above
		}
	}))
	defer server.Close()
	f, err := Ask(context.Background(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	want := "open a 1 http://a:1/metrics\nclosed localhost 2 \npages shop.example 443 https://shop.example/x\n1 targets of clusters: pods come and go: write the services that they are\n"
	if got := said(f); got != want {
		t.Errorf("%s", got)
	}
	f.fromThere("prom.example")
	if f.Targets[1].Host != "prom.example" {
		t.Errorf("%+v", f.Targets[1])
	}
}

func TestAPrometheusThatDoesNotAnswerSoIsRefusedWithoutItsPassword(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(answer)) })) //nolint:errcheck // no one should come
	defer elsewhere.Close()
	for name, handler := range map[string]http.HandlerFunc{
		"another host": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"a page":       func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, //nolint:errcheck // it is refused
		"nothing":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
		"a list":       func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"data": {}}`)) }, //nolint:errcheck // it is refused
	} {
		server := httptest.NewServer(handler)
		_, err := Ask(context.Background(), strings.Replace(server.URL, "http://", "http://u:hunter2@", 1))
		server.Close()
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, address := range []string{"http://u:hunter2@127.0.0.1:1", "http://%zz:hunter2@", "ftp://hunter2"} {
		if _, err := Ask(context.Background(), address); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
