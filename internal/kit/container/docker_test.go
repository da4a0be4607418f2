package container

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What a Docker of version 27 on control groups of version 2 answers, as its reference of the
// API shows it (https://docs.docker.com/reference/api/engine/version/v1.47/). No Docker was asked.
var asDocker = map[string]string{
	"GET /version":              `{"Platform":{"Name":"Docker Engine - Community"},"Components":[{"Name":"Engine","Version":"27.3.1","Details":{"ApiVersion":"1.47","MinAPIVersion":"1.24","Os":"linux"}},{"Name":"containerd","Version":"1.7.22"}],"Version":"27.3.1","ApiVersion":"1.47","MinAPIVersion":"1.24"}`,
	"GET /info":                 `{"ID":"x","Driver":"overlay2","MemoryLimit":true,"PidsLimit":true,"CgroupDriver":"systemd","CgroupVersion":"2","DockerRootDir":"/var/lib/docker","SecurityOptions":["name=apparmor","name=seccomp,profile=builtin","name=cgroupns","name=rootless"]}`,
	"GET /images/box:1/json":    `{"Id":"sha256:abc","RepoTags":["box:1"],"RepoDigests":["box@sha256:def"],"Os":"linux","Config":{"User":"app","Env":["PATH=/bin"],"ExposedPorts":{"80/tcp":{}}}}`,
	"GET /images/none/json":     `404 {"message":"No such image: none:latest"}`,
	"POST /containers/create":   `201 {"Id":"c1","Warnings":[]}`,
	"POST /containers/c1/start": `204 `,
	"POST /containers/c2/start": `304 `,
	"POST /containers/c1/wait":  `{"StatusCode":3}`,
	"GET /containers/c1/json":   `{"Id":"c1","State":{"Status":"exited","Running":false,"OOMKilled":true,"Pid":0,"ExitCode":137,"StartedAt":"2026-11-30T10:00:00.123456789Z"},"HostConfig":{"NetworkMode":"n","CapAdd":null,"Devices":[]}}`,
	"POST /containers/c1/stop":  `304 `,
	"DELETE /containers/c1":     `409 {"message":"removal of container c1 is already in progress"}`,
	"DELETE /containers/gone":   `404 {"message":"No such container: gone"}`,
	"POST /networks/create":     `403 {"message":"invalid pool request: Pool overlaps with other one on this address space"}`,
	"POST /build":               `{"stream":"Step 1/2 : FROM box:1\n"}` + "\r\n" + `{"aux":{"ID":"sha256:abc"}}` + "\r\n" + `{"errorDetail":{"code":3,"message":"The command returned a non-zero code: 3"},"error":"The command returned a non-zero code: 3"}` + "\r\n",
	"POST /images/create":       `{"status":"Pulling from library/box","id":"1"}` + "\r\n" + `{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}` + "\r\n",
	"POST /containers/c1/exec":  `201 {"Id":"e1"}`,
	"GET /exec/e1/json":         `{"ID":"e1","Running":false,"ExitCode":7,"Pid":42}`,
	"POST /exec/e1/resize":      `200 `,
	"GET /containers/c1/stats":  `{"memory_stats":{"usage":1024},"pids_stats":{"current":2},"cpu_stats":{"cpu_usage":{"total_usage":5}}}`,
}

// docker answers as a Docker does, and keeps what it was asked.
type docker struct {
	mu    sync.Mutex
	asked []*http.Request
	said  map[string]string // bodies, by method and path
}

func (d *docker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := r.URL.Path
	if path != "/version" {
		version, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if version != "v1.47" {
			http.Error(w, `{"message":"client version is wrong"}`, http.StatusBadRequest)
			return
		}
		path = "/" + rest
	}
	name := r.Method + " " + path
	d.mu.Lock()
	d.asked = append(d.asked, r)
	d.said[name] = string(body)
	d.mu.Unlock()
	if name == "POST /exec/e1/start" {
		conn, rw, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		io.WriteString(rw, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\x01\x00\x00\x00\x00\x00\x00\x03out\x02\x00\x00\x00\x00\x00\x00\x03err")
		rw.Flush()
		return
	}
	answer, known := asDocker[name]
	if !known {
		http.Error(w, `{"message":"page not found"}`, http.StatusNotFound)
		return
	}
	status := http.StatusOK
	if code, rest, found := strings.Cut(answer, " "); found && len(code) == 3 && code[0] != '{' {
		fmt.Sscan(code, &status)
		answer = rest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, answer)
}

func TestTheDialectOfDockerIsUnderstood(t *testing.T) {
	d := &docker{said: map[string]string{}}
	e, err := At(t.Context(), answers(t, d.ServeHTTP))
	if err != nil || e.Name != "Docker" || e.Version != "27.3.1" {
		t.Fatal(e, err)
	}
	ctx := t.Context()
	check := func(what string, is bool, got ...any) {
		t.Helper()
		if !is {
			t.Error(what, got)
		}
	}
	m, err := e.Means(ctx)
	check("what it can", err == nil && m.MemoryLimit && m.PidsLimit && m.CgroupVersion == "2" && m.Rootless(), m, err)
	i, err := e.Image(ctx, "box:1")
	check("an image", err == nil && i.ID == "sha256:abc" && i.Config.User == "app" && i.Unasked() == nil, i, err)
	_, err = e.Image(ctx, "none")
	check("an image that is not there", err != nil && unlessMissing(err) == nil, err)
	id, err := e.Create(ctx, "one", Spec{Image: "box:1", HostConfig: Host{Ulimits: []Ulimit{{"nofile", 10, 20}}, NanoCpus: 5}})
	check("a container", err == nil && id == "c1", id, err)
	var made struct {
		HostConfig struct {
			NanoCpus int64
			Ulimits  []Ulimit
		}
	}
	check("how it is made", json.Unmarshal([]byte(d.said["POST /containers/create"]), &made) == nil && made.HostConfig.NanoCpus == 5 && slices.Equal(made.HostConfig.Ulimits, []Ulimit{{"nofile", 10, 20}}), d.said["POST /containers/create"])
	check("begun", e.Start(ctx, id) == nil)
	check("begun already", e.Start(ctx, "c2") == nil)
	check("waited for", e.Wait(ctx, id) == nil)
	s, err := e.State(ctx, id)
	check("its state", err == nil && s.State.OOMKilled && s.State.ExitCode == 137 && s.State.StartedAt.Year() == 2026, s, err)
	check("stopped already", e.Stop(ctx, id, 0) == nil)
	check("removed meanwhile", e.Remove(ctx, id) != nil)
	check("removed before", e.Remove(ctx, "gone") == nil)
	check("what Podman alone can", unlessMissing(e.Init(ctx, id)) == nil)
	err = e.CreateNetwork(ctx, Network{Name: "n"})
	check("a network whose addresses are taken", err != nil && strings.Contains(err.Error(), "overlap"), err)
	var told bytes.Buffer
	err = e.Build(ctx, Building{Tag: "box:2", Ulimits: []Ulimit{{"nofile", 10, 20}}}, strings.NewReader(""), &told)
	check("a build that fails", err != nil && strings.Contains(err.Error(), "non-zero code: 3") && told.String() == "Step 1/2 : FROM box:1\n", err, told.String())
	query := d.asked[len(d.asked)-1].URL.Query()
	check("a build has no network", query.Get("networkmode") == "none" && query.Get("nsoptions") == "", query)
	check("its limits", query.Get("ulimits") == `[{"Name":"nofile","Soft":10,"Hard":20}]`, query)
	check("a network of its own is refused", e.Build(ctx, Building{Network: "/proc/1/fd/3"}, strings.NewReader(""), nil) != nil)
	err = e.Pull(ctx, "box:3", nil)
	check("a pull that fails", err != nil && err.Error() == "manifest unknown", err)
	exec, stream, err := e.Exec(ctx, id, Program{Argv: []string{"true"}})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var out, errs bytes.Buffer
	check("what a program prints", stream.Divide(&out, &errs) == nil && out.String() == "out" && errs.String() == "err", out.String(), errs.String())
	code, running, err := e.Exited(ctx, exec)
	check("how it ended", err == nil && code == 7 && !running, code, running, err)
	check("its terminal", e.Resize(ctx, exec, 40, 120) == nil)
	u, err := e.Used(ctx, id)
	check("what it uses", err == nil && u.Memory.Usage == 1024 && u.Processes.Current == 2 && u.CPU.Usage.Total == 5, u, err)
}
