package ssh

import (
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice/internal/kit/outlive"
)

// lane is a session in which a helper answers one ask after the other.
type lane struct {
	*shell
	word  string // that is said when there is no helper
	begun bool   // it was asked something
	idle  *time.Timer
}

// gone says whether the session has ended.
func (l *lane) gone() bool {
	select {
	case <-l.closed:
		return true
	default:
		return l.ended()
	}
}

// lanes are those that no one uses at the moment, one for each way at most, and the
// ways that have no helper. A lane that no one uses holds no connection.
type lanes struct {
	mu      sync.Mutex // guards what follows
	spare   map[string]*lane
	without map[string]lack
	hosts   map[string]outlive.Host // what their shells have said of them
	pipes   map[string]pipes        // what looks have said of /bin/sh
}

// lack is why a way has no helper, and since when.
type lack struct {
	why   string
	since time.Time
}

// take is the lane of a way, if there is one. It is anyone who's took it.
func (s *lanes) take(id string) *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.spare[id]
	delete(s.spare, id)
	if l != nil {
		l.idle.Stop()
	}
	return l
}

// keep keeps a lane for anyone who wants it next, for a while.
func (s *lanes) keep(id string, l *lane) {
	old := s.take(id)
	if old != nil {
		old.channel.Close() //nolint:errcheck // it may be closed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spare == nil {
		s.spare = map[string]*lane{}
	}
	s.spare[id] = l
	l.idle = time.AfterFunc(idleTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.spare[id] == l {
			delete(s.spare, id)
			l.channel.Close() //nolint:errcheck // as above
		}
	})
}

// closeOn closes those that no one uses on a connection, where a server may allow few
// sessions. It says whether there was one.
func (s *lanes) closeOn(client *ssh.Client) (some bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, l := range s.spare {
		if l.client == client {
			some = true
			l.idle.Stop()
			delete(s.spare, id)
			l.channel.Close() //nolint:errcheck // as above
		}
	}
	return some
}

// learn remembers what the shell at the end of a way has said of its host.
func (s *lanes) learn(id string, host outlive.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts == nil {
		s.hosts = map[string]outlive.Host{}
	}
	s.hosts[id] = host
}

func (s *lanes) known(id string) outlive.Host {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts[id]
}

// pipes is whether /bin/sh lets a pipe fail with any of its commands, and since when
// that is known.
type pipes struct {
	are   string
	since time.Time
}

// piped remembers what a look has said of the shell at the end of a way.
func (s *lanes) piped(id, are string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipes == nil {
		s.pipes = map[string]pipes{}
	}
	if are != "" && are != s.pipes[id].are {
		s.pipes[id] = pipes{are, time.Now()}
	}
}

// pipesOf is that; "" if it is to be asked, also because it was long ago.
func (s *lanes) pipesOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.pipes[id].since) > withoutTime {
		delete(s.pipes, id)
	}
	return s.pipes[id].are
}

// lacks is why a way has no helper; "" if it may have one.
func (s *lanes) lacks(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, known := s.without[id]
	if known && time.Since(l.since) > withoutTime {
		return ""
	}
	return l.why
}

// lack remembers why a way has no helper, and says whether that is news.
func (s *lanes) lack(id, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.without == nil {
		s.without = map[string]lack{}
	}
	before := s.without[id]
	s.without[id] = lack{why, time.Now()}
	return before.why != why
}
