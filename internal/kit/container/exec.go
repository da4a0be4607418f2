package container

import (
	"context"
	"net/http"
	"strconv"
)

// Program is one that is performed in a container that runs.
type Program struct {
	Argv []string
	Env  []string
	Dir  string
	In   bool // it reads what is written to its stream
	Tty  bool
}

// Exec begins a program, and answers its ID and what goes in and out of it.
func (e *Engine) Exec(ctx context.Context, container string, p Program) (id string, s *Stream, err error) {
	var made struct {
		ID string `json:"Id"`
	}
	say := map[string]any{"AttachStdin": p.Tty || p.In, "AttachStdout": true, "AttachStderr": true, "Tty": p.Tty, "Cmd": p.Argv, "Env": p.Env, "WorkingDir": p.Dir}
	if err := e.ask(ctx, http.MethodPost, "/containers/"+container+"/exec", say, &made); err != nil {
		return "", nil, err
	}
	s, err = e.hijack(ctx, "/exec/"+made.ID+"/start", map[string]any{"Detach": false, "Tty": p.Tty})
	return made.ID, s, err
}

// Exited is the exit code of a program that has ended.
func (e *Engine) Exited(ctx context.Context, id string) (code int, running bool, err error) {
	var said struct {
		Running  bool
		ExitCode *int
	}
	err = e.ask(ctx, http.MethodGet, "/exec/"+id+"/json", nil, &said)
	if said.ExitCode != nil {
		code = *said.ExitCode
	}
	return code, said.Running, err
}

// Process is the first process of a program, as this machine numbers it.
func (e *Engine) Process(ctx context.Context, id string) (pid int, err error) {
	var said struct{ Pid int }
	err = e.ask(ctx, http.MethodGet, "/exec/"+id+"/json", nil, &said)
	return said.Pid, err
}

// Resize tells a program the size of its terminal.
func (e *Engine) Resize(ctx context.Context, id string, rows, columns int) error {
	return e.ask(ctx, http.MethodPost, "/exec/"+id+"/resize?h="+strconv.Itoa(rows)+"&w="+strconv.Itoa(columns), nil, nil)
}
