package course

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Term is a word of docs/glossary.md.
type Term struct {
	Names []string // "end of file", "EOF"
	Text  string   // what it means, without marks, on one line
}

// ReadGlossary reads the terms of the clone at root, as they stand in the file. A
// clone without the file has none.
func ReadGlossary(root string) (terms []Term) {
	text, _ := os.ReadFile(filepath.Join(root, "docs", "glossary.md"))
	for _, block := range strings.Split(string(text), "\n\n") {
		names, meaning, ok := strings.Cut(strings.TrimSpace(block), "**:")
		if !ok || !strings.HasPrefix(names, "**") {
			continue
		}
		terms = append(terms, Term{
			Names: strings.Split(strings.TrimPrefix(names, "**"), ", "),
			Text:  strings.Join(strings.Fields(strings.NewReplacer("`", "", "*", "").Replace(meaning)), " "),
		})
	}
	return terms
}

// In reports whether a text has the term, in the singular or the plural, and not as
// a part of another word.
func (t *Term) In(text string) bool {
	text = strings.ToLower(text)
	for _, name := range t.Names {
		name = strings.ToLower(name)
		for rest := text; ; {
			before, after, found := strings.Cut(rest, name)
			if !found {
				break
			}
			if !endsInLetter(before) && !beginsWithLetter(strings.TrimPrefix(after, "s")) {
				return true
			}
			rest = after
		}
	}
	return false
}

func endsInLetter(s string) bool {
	all := []rune(s)
	return len(all) > 0 && isOfWord(all[len(all)-1])
}

func beginsWithLetter(s string) bool {
	for _, r := range s {
		return isOfWord(r)
	}
	return false
}

func isOfWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
