package cluster

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
)

// Serve raises a cluster on loopback and lets it work. It ends with the function given back.
func (c *Cluster) Serve() (server *httptest.Server, end func()) {
	server = httptest.NewUnstartedServer(c)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	over := make(chan struct{})
	go func() { c.Run(); close(over) }()
	return server, func() {
		c.Close()
		<-over
		server.CloseClientConnections()
		server.Close()
	}
}

// Config is a kubeconfig with a context NAME for each token.
func Config(server *httptest.Server, tokens ...string) string {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: %s\nclusters:\n- name: c\n  cluster: {server: %q, certificate-authority-data: %s}\ncontexts:\n", tokens[0], server.URL, base64.StdEncoding.EncodeToString(ca))
	for _, t := range tokens {
		text += fmt.Sprintf("- name: %s\n  context: {cluster: c, user: %s}\n", t, t)
	}
	text += "users:\n"
	for _, t := range tokens {
		text += fmt.Sprintf("- name: %s\n  user: {token: %s}\n", t, t)
	}
	return text
}
