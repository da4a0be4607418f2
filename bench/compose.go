package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"prentice/internal/engine/compose"
)

// composed is how long a compose file is read until an environment can be made of it: one
// with 30 services that share keys, wait for each other and have variables.
func composed(context.Context) ([]figure, error) {
	var b strings.Builder
	b.WriteString("x-service: &service\n  restart: on-failure\n  healthcheck: {test: \"curl -f http://localhost:8080\", interval: 5s}\nservices:\n  db: {image: \"postgres:${PG:-16}\", volumes: [\"data:/var/lib/postgresql/data\"]}\n")
	for i := range 29 {
		fmt.Fprintf(&b, "  s%02d:\n    <<: *service\n    image: \"registry.example.com/s%02d:${TAG}\"\n    environment: {DATABASE_URL: \"postgres://db/s%02d\", LOG: \"${LOG:-info}\"}\n    ports: [\"%d:8080\"]\n    depends_on: {db: {condition: service_started}}\n", i, i, i, 8000+i)
	}
	b.WriteString("volumes: {data: }\n")
	tree := fstest.MapFS{"compose.yaml": {Data: []byte(b.String())}, ".env": {Data: []byte("TAG=1\n")}}
	var took []time.Duration
	for range 50 {
		begun := time.Now()
		project, found, err := compose.Read(tree, compose.Options{})
		if err != nil || project == nil {
			return nil, fmt.Errorf("compose file: %v, %w", found, err)
		}
		project.Spec("bench")
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	ms := float64(took[len(took)/2].Microseconds()) / 1000
	return []figure{{"env.compose.read", ms, "ms", "≤ 100", ms <= 100, "a compose file with 30 services, judged and made a specification; half of 50 take longer"}}, nil
}
