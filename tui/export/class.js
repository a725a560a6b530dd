'use strict';
// A class: the program comes from where the page came from, and so does what the
// instructor shows, as it happens. Back goes a vote, and nothing else.
globalThis.source = {
  async program() {
    const answer = await fetch('program');
    if (!answer.ok) throw new Error(`The class does not answer: ${answer.status} ${await answer.text()}`);
    return new Uint8Array(await answer.arrayBuffer());
  },

  open({ call, changed, tell, dark }) {
    const hear = (name, data) => {
      const why = call('hear', name, data);
      if (why !== '') tell(why);
      changed();
    };
    call('attend', dark);
    const events = new EventSource('events');
    for (const name of ['lesson', 'run', 'records', 'lost', 'place']) {
      events.addEventListener(name, (e) => hear(name, e.data));
    }
    events.onopen = () => { tell(''); hear('back', ''); };
    events.onerror = () => {
      hear('away', '');
      if (events.readyState === EventSource.CLOSED) tell('The class is over, or full, or its link is another one now. Load the page again to try.');
    };
    this.acted = async () => {
      const vote = call('vote');
      if (!vote || vote instanceof Error) return;
      try {
        const answer = await fetch('vote', { method: 'POST', body: vote });
        tell(answer.ok ? '' : `The vote did not count: ${await answer.text()}`);
      } catch {
        tell('The vote did not reach the class. Choose again.');
      }
    };
    return '';
  },
};
