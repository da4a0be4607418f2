package container

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
)

// Network is a network of the engine that leads nowhere but to its containers.
type Network struct {
	ID     string
	Name   string
	Labels map[string]string
	Subnet netip.Prefix
}

// CreateNetwork makes a network that leads nowhere, without names and without an address of
// the machine in it. That its addresses are taken is what the engine's refusal says.
func (e *Engine) CreateNetwork(ctx context.Context, n Network) error {
	if e.Name == "Podman" {
		// Its other form of the API switches its resolver on, which the machine then answers.
		return e.ask(ctx, http.MethodPost, podmanAPI+"/networks/create", map[string]any{
			"name": n.Name, "driver": "bridge", "internal": true, "dns_enabled": false,
			"subnets": []map[string]string{{"subnet": n.Subnet.String()}}, "labels": n.Labels,
		}, nil)
	}
	return e.ask(ctx, http.MethodPost, "/networks/create", map[string]any{
		"Name": n.Name, "Driver": "bridge", "Internal": true, "CheckDuplicate": true, "Labels": n.Labels,
		"IPAM":    map[string]any{"Config": []map[string]string{{"Subnet": n.Subnet.String()}}},
		"Options": map[string]string{"com.docker.network.bridge.inhibit_ipv4": "true"},
	}, nil)
}

// Networks are those that carry all of the labels.
func (e *Engine) Networks(ctx context.Context, labels ...string) (all []Network, err error) {
	var list []struct {
		ID     string `json:"Id"`
		Name   string
		Labels map[string]string
		IPAM   struct{ Config []struct{ Subnet string } }
	}
	if err := e.ask(ctx, http.MethodGet, "/networks?"+filters(labels), nil, &list); err != nil {
		return nil, fmt.Errorf("the networks of the engine cannot be listed: %w", err)
	}
	for _, one := range list {
		n := Network{ID: one.ID, Name: one.Name, Labels: one.Labels}
		if len(one.IPAM.Config) > 0 {
			n.Subnet, _ = netip.ParsePrefix(one.IPAM.Config[0].Subnet) // a network of another has what it has
		}
		all = append(all, n)
	}
	return slices.DeleteFunc(all, func(n Network) bool { return !carries(n.Labels, labels) }), nil
}

// Connect gives a container that was not begun an address in one more network.
func (e *Engine) Connect(ctx context.Context, network, container string, at Endpoint) error {
	return e.ask(ctx, http.MethodPost, "/networks/"+network+"/connect", map[string]any{"Container": container, "EndpointConfig": at}, nil)
}

// RemoveNetwork removes a network. That it is not there is no error.
func (e *Engine) RemoveNetwork(ctx context.Context, id string) error {
	return unlessMissing(e.ask(ctx, http.MethodDelete, "/networks/"+id, nil, nil))
}

func unlessMissing(err error) error {
	if errors.Is(err, ErrMissing) {
		return nil
	}
	return err
}
