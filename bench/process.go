package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice/internal/kit/freeport"
)

// binary is what `make build` made.
const binary = "bin/prentice"

// process is the real program, serving a folder of its own.
type process struct {
	*exec.Cmd
	url, folder, token string
	ready              time.Duration
}

// startProcess starts the program on a folder, with more arguments if there are
// any, and waits until it says that it is ready.
func startProcess(ctx context.Context, folder string, more ...string) (*process, error) {
	port, err := freeport.Give()
	if err != nil {
		return nil, err
	}
	address := freeport.Address(port)
	args := append([]string{"up", "--listen", address, "--data", filepath.Join(folder, "data"), "--team", filepath.Join(folder, "team"), "--owner", "olga"}, more...)
	p := &process{Cmd: exec.CommandContext(ctx, binary, args...), url: "http://" + address, folder: folder}
	begun := time.Now()
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build first)", err)
	}
	for until := begun.Add(20 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		res, err := http.Get(p.url + "/readyz")
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			p.ready = time.Since(begun)
			raw, err := os.ReadFile(filepath.Join(folder, "data", "keys", "cli.token"))
			p.token = strings.TrimSpace(string(raw))
			return p, err
		}
	}
	p.Process.Kill() //nolint:errcheck // it did not come up
	return nil, fmt.Errorf("%s is not ready after 20 s", binary)
}

func (p *process) end() {
	p.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have gone already
	p.Wait()                          //nolint:errcheck // measured already
}

// memory is the resident set in megabytes, and peak the largest that it was since
// forgetPeak, from /proc.
func (p *process) memory() (float64, error) { return p.status("VmRSS:") }
func (p *process) peak() (float64, error)   { return p.status("VmHWM:") }

func (p *process) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.Process.Pid), []byte("5"), 0o200)
}

func (p *process) status(name string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if kb, found := strings.CutPrefix(line, name); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(kb, "kB")), 64)
			return n / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s for process %d", name, p.Process.Pid)
}

// busy is the processor time that it has used so far, from /proc/PID/stat in
// ticks of 10 ms (proc(5), fields 14 and 15).
func (p *process) busy() (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(raw)[strings.LastIndex(string(raw), ")")+1:])
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("unreadable /proc/%d/stat", p.Process.Pid)
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

// ask invokes an operation over HTTP.
func (p *process) ask(ctx context.Context, name string, in any) ([]byte, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/v1/op/"+name, strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", name, res.Status, body)
	}
	return body, err
}
