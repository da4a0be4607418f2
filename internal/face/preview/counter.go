package preview

import (
	"net/http"
	"sync"
)

// counter notes what was answered.
type counter struct {
	http.ResponseWriter
	code  int
	bytes int64
}

// WriteHeader implements http.ResponseWriter.
func (c *counter) WriteHeader(code int) {
	if c.code == 0 && (code >= 200 || code == http.StatusSwitchingProtocols) {
		c.code = code
	}
	c.ResponseWriter.WriteHeader(code)
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	if c.code == 0 {
		c.code = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController see what is below.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counter) status() int {
	if c.code == 0 {
		return http.StatusOK
	}
	return c.code
}

// buffers are what bodies are copied through.
var buffers = pool{sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}}

type pool struct{ sync.Pool }

// Get implements httputil.BufferPool.
func (p *pool) Get() []byte { return *p.Pool.Get().(*[]byte) }

// Put implements httputil.BufferPool.
func (p *pool) Put(b []byte) { p.Pool.Put(&b) }
