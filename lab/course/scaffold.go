package course

import "errors"

func Scaffold(root, slug string) ([]string, error) { return nil, errors.New("not yet") }
