/** A clock that stands still until a test moves it. */
export class FakeClock {
    #now = 1000;
    #pending = [];
    now() {
        return this.#now;
    }
    wallNow() {
        return 1_700_000_000_000 + this.#now;
    }
    setTimer(delayMs, fire) {
        const pending = { at: this.#now + Math.max(delayMs, 0), fire };
        this.#pending.push(pending);
        return {
            cancel: () => {
                this.#pending = this.#pending.filter((other) => other !== pending);
            },
        };
    }
    /** Moves time on, firing what falls due in its order. */
    advance(byMs) {
        const until = this.#now + byMs;
        for (;;) {
            const next = this.#pending
                .filter((pending) => pending.at <= until)
                .sort((a, b) => a.at - b.at)[0];
            if (next === undefined)
                break;
            this.#pending = this.#pending.filter((pending) => pending !== next);
            this.#now = Math.max(this.#now, next.at);
            next.fire();
        }
        this.#now = until;
    }
    /** How many timers are set: a closed thing leaves none. */
    get timerCount() {
        return this.#pending.length;
    }
}
