//go:build linux

package main

import (
	"errors"
	"os"
	"strconv"
)

// echo is a server and its client, in two processes on two cores.
type echo struct{ server, client *peer }

// startEcho starts the server and connects that many clients to it.
func (m *machine) startEcho(connections int, command, env []string, files ...*os.File) (*echo, error) {
	server, err := start(m.core, command, env, files...)
	if err != nil {
		return nil, err
	}
	client, err := m.startClient(server, connections)
	if err != nil {
		return nil, errors.Join(err, server.close())
	}
	return &echo{server, client}, nil
}

func (m *machine) startClient(server *peer, connections int) (*peer, error) {
	return start(m.other, []string{m.client, server.ready, strconv.Itoa(connections)}, nil)
}

// round makes n requests. It returns requests a second, and how many ns of the
// server's core each cost.
func (e *echo) round(n int) ([]float64, error) {
	before, err := e.server.cpu()
	if err != nil {
		return nil, err
	}
	values, err := e.client.round(n)
	if err != nil {
		return nil, err
	}
	after, err := e.server.cpu()
	return []float64{1e9 / values[0], (after - before) / float64(twice*n)}, err
}

func (e *echo) close() error { return errors.Join(e.client.close(), e.server.close()) }

// memory measures how many bytes the server has for each connection.
type memory struct {
	m       *machine
	command []string
}

// round starts a server anew, lets it serve a few clients, and then n more.
func (r memory) round(n int) ([]float64, error) {
	e, err := r.m.startEcho(10, r.command, nil)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if _, err := e.round(1000); err != nil {
		return nil, err
	}
	few, err := e.server.memory()
	if err != nil {
		return nil, err
	}
	client, err := r.m.startClient(e.server, n)
	if err != nil {
		return nil, err
	}
	defer client.close()
	many, err := e.server.memory()
	return []float64{(many - few) / float64(n)}, err
}

func (memory) close() error { return nil }
