package course

import (
	"slices"
	"testing"
)

// Two lessons in other languages. Their program is the English lesson's.
const german = `# 01 select und blockierende Aufrufe

<!-- section: claim -->
## Behauptung

> select ist besser als ein read, das blockiert.

Quelle: der Beitrag.

<!-- section: predict -->
## Vorhersage

Welches ist zuerst fertig?

- **a.** das erste
- **b.** das zweite
- **c.** keines

<!-- section: run -->
## Ausführen

` + "```sh\ngo run ./lessons/01-x\n```" + `

1. **ein blockierendes read** <!-- one blocking read -->: es blockiert
2. **select auf beiden** <!-- select on both -->: es blockiert nicht

<!-- section: observe -->
## Beobachten

Schau hin.

- **Wer weiß davon?** <!-- moment: nobody-looks --> Der Kernel.

<!-- section: explain -->
## Erklären

` + "```\nKern -> Schleife\n```" + `

<!-- section: verdict = half true -->
## Urteil

**Halb wahr.** Denn.

` + "```text\nstep 1\n```" + `

<!-- section: recall -->
## Erinnern

1. Was heißt bereit?

   *Antwort:* dass ein read nicht blockieren würde.

2. Wer wartet?

   *Antwort:* der Thread.

<!-- section: production -->
## In C und im Betrieb

libevent.

<!-- section: change -->
## Ändern

1. eins
2. zwei
3. drei

<!-- section: try -->
## Von Hand

- Lass b sprechen. <!-- try: ready b -->
- Halte die Zeit an. <!-- try: held -->
- Lies vergeblich. <!-- try: call read EAGAIN -->

<!-- section: exercise -->
## Übung

Keine.

<!-- section: instructors -->
## Für Lehrende

20 Minuten.
`

const chinese = `# 01 select 与阻塞调用

<!-- section: claim -->
## 论断

> select 比阻塞的 read 更好。

来源：原文。

<!-- section: predict -->
## 预测

哪一个先得到数据？

- **a.** 第一个
- **b.** 第二个
- **c.** 都没有

<!-- section: run -->
## 运行

` + "```sh\ngo run ./lessons/01-x\n```" + `

1. **一个阻塞的 read** <!-- one blocking read -->：它会阻塞
2. **同时等待两个** <!-- select on both -->：它不会

<!-- section: observe -->
## 观察

看。

- **谁知道？** <!-- moment: nobody-looks --> 内核。

<!-- section: explain -->
## 解释

` + "```\n内核 -> 循环\n```" + `

<!-- section: verdict = false -->
## 结论

**错误。** 因为。

` + "```text\nstep 1\n```" + `

<!-- section: recall -->
## 回顾

1. 什么是就绪？

   *回答：* read 不会阻塞。

2. 谁在等待？

   *回答：* 线程。

<!-- section: production -->
## 在 C 和生产环境中

libevent。

<!-- section: change -->
## 动手修改

1. 一
2. 二
3. 三

<!-- section: try -->
## 动手试试

- 让 b 说话。 <!-- try: ready b -->
- 让时间停下。 <!-- try: held -->
- 读不到任何数据。 <!-- try: call read EAGAIN -->

<!-- section: exercise -->
## 练习

无。

<!-- section: instructors -->
## 给教师

20 分钟。
`

func TestALessonInAnotherLanguageNeedsNoChangeOfCode(t *testing.T) {
	for _, c := range []struct {
		text, explain, verdict, answer, try string
		moment                              Moment
		steps                               []Step
	}{
		{german, "Erklären", "half true", "dass ein read nicht blockieren würde.", "Halte die Zeit an.", Moment{"nobody-looks", "Wer weiß davon?", "Der Kernel."},
			[]Step{{"ein blockierendes read", "es blockiert"}, {"select auf beiden", "es blockiert nicht"}}},
		{chinese, "解释", "false", "read 不会阻塞。", "让时间停下。", Moment{"nobody-looks", "谁知道？", "内核。"},
			[]Step{{"一个阻塞的 read", "它会阻塞"}, {"同时等待两个", "它不会"}}},
	} {
		l := Read(clone(t, c.text)).Lessons[0]
		for _, p := range Check(l) {
			t.Error(p)
		}
		for _, key := range Keys {
			if l.Section(key) == nil {
				t.Errorf("section %q is not found", key)
			}
		}
		if l.Heading(KeyExplain) != c.explain || l.Verdict != c.verdict || len(l.Question.Options) != 3 {
			t.Errorf("heading %q, verdict %q, %d options", l.Heading(KeyExplain), l.Verdict, len(l.Question.Options))
		}
		if l.Moment("nobody-looks") != c.moment {
			t.Errorf("moment %q, want %q", l.Moments, c.moment)
		}
		if len(l.Tries) != 3 || l.Tries[1].Text != c.try {
			t.Errorf("to try: %+v", l.Tries)
		}
		if len(l.Recall) != 2 || l.Recall[0].Answer != c.answer || !slices.Equal(l.Steps, c.steps) {
			t.Errorf("recall %q, steps %q", l.Recall, l.Steps)
		}
	}
}
