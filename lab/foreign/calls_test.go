//go:build linux && (amd64 || arm64)

package foreign

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
)

// followed is a row of a table of calls, as it stands in the source.
type followed struct{ number, name, op string } // SYS_READ, read, opRead

// followedOn reads the tables that a processor has.
func followedOn(t *testing.T, files ...string) (all []followed) {
	t.Helper()
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			row, ok := n.(*ast.CompositeLit)
			if !ok || len(row.Elts) != 3 {
				return true
			}
			number, ok1 := row.Elts[0].(*ast.SelectorExpr)
			name, ok2 := row.Elts[1].(*ast.BasicLit)
			op, ok3 := row.Elts[2].(*ast.Ident)
			if ok1 && ok2 && ok3 {
				all = append(all, followed{number.Sel.Name, strings.Trim(name.Value, `"`), op.Name})
			}
			return false
		})
	}
	return all
}

// numbersIn reads lines that end in a name and a number.
func numbersIn(t *testing.T, file, line string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		skip.Missing(t, "the kernel's or x/sys's numbers are not here: %v", err)
	}
	all := map[string]int{}
	for _, found := range regexp.MustCompile(line).FindAllStringSubmatch(string(text), -1) {
		all["SYS_"+strings.ToUpper(found[1])], _ = strconv.Atoi(found[2])
	}
	return all
}

// TestTheNumbersAreTheKernels, on both processors: those of golang.org/x/sys, by which calls are known, are those of
// the kernel's headers; no two calls have the same one; and where amd64 has an old call and a new one of a name, arm64
// has the new one.
func TestTheNumbersAreTheKernels(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	xsys := filepath.Join(strings.TrimSpace(string(out)), "unix", "zsysnum_linux_")
	of := map[string]map[int]followed{}
	names := map[string]map[string]bool{}
	for _, c := range []struct {
		arch, header, line string
		tables             []string
	}{
		{"amd64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", `(?m)#define __NR_(\w+)\s+(\d+)$`, []string{"calls_linux.go", "calls_linux_amd64.go"}},
		{"arm64", "/usr/include/asm-generic/unistd.h", `(?m)#define __NR(?:3264)?_(\w+)\s+(\d+)$`, []string{"calls_linux.go", "calls_linux_arm64.go"}},
	} {
		ours := numbersIn(t, xsys+c.arch+".go", `(?m)^\s+SYS_(\w+)\s+= (\d+)$`)
		kernels := numbersIn(t, c.header, c.line)
		of[c.arch], names[c.arch] = map[int]followed{}, map[string]bool{}
		for _, f := range followedOn(t, c.tables...) {
			nr, known := ours[f.number]
			if kernel, there := kernels[f.number]; !known || !there || nr != kernel {
				t.Errorf("%s: %s is %d, %v; the kernel says %d, %v", c.arch, f.number, nr, known, kernel, there)
			}
			if two, ok := of[c.arch][nr]; ok {
				t.Errorf("%s: %d is %s and %s", c.arch, nr, two.number, f.number)
			}
			of[c.arch][nr], names[c.arch][f.op] = f, true
		}
	}
	if len(of["arm64"]) < 40 {
		t.Fatalf("%d calls are read", len(of["arm64"]))
	}
	for op := range names["amd64"] {
		if !names["arm64"][op] {
			t.Errorf("arm64 has no call of the kind %s", op)
		}
	}
	for arch, nr := range map[string]int{"amd64": 232, "arm64": 22} { // those of TestAStopIsDecodedOnEveryProcessor
		if f := of[arch][nr]; f.name != "epoll_wait" || f.op != "opEpollWait" {
			t.Errorf("%s: the call %d is %+v, want epoll_wait", arch, nr, f)
		}
	}
}

// TestTheBeginningOfACallIsReadAlike: struct ptrace_syscall_info is the same on every processor. These are the
// bytes of epoll_pwait(5, 0x7f..., 64, -1) on arm64, as linux/ptrace.h lays them out.
func TestTheBeginningOfACallIsReadAlike(t *testing.T) {
	words := []uint64{
		unix.AUDIT_ARCH_AARCH64<<32 | infoEntry,
		0x0000aaaa00001234, 0x0000ffffc0000000, // where it is, and its stack
		22, 5, 0x00007f0000001000, 64, 0xffffffff, 0, 8,
		0, 0, // room for what a filter says
	}
	info := (*syscallInfo)(unsafe.Pointer(&words[0]))
	if info.op != infoEntry || info.arch != unix.AUDIT_ARCH_AARCH64 || info.ip != words[1] || info.sp != words[2] ||
		info.nr() != 22 || info.fd(0) != 5 || info.arg(1) != words[5] || info.arg(2) != 64 || info.fd(3) != -1 {
		t.Errorf("it is read as %+v", info)
	}
}
