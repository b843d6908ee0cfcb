import Glibc
import LogAudit
import Synchronization

/// One line on the standard error, where that is a terminal, for what takes longer than a second: how far
/// it is, how fast, and how long it still takes.
final class ProgressMeter: Sendable {
    private struct State {
        let start = ContinuousClock.now
        var last: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let isOn = isatty(STDERR_FILENO) == 1

    func show(_ progress: Audit.Progress) {
        switch progress {
        case .structure(let done, let total): show("records", done, of: total)
        case .room(_, let done, let total): show("rooms", done, of: total)
        }
    }

    private func show(_ what: String, _ done: UInt64, of total: UInt64) {
        guard isOn, done > 0 else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            let elapsed = now - state.start
            guard elapsed > .seconds(1), now - (state.last ?? state.start) > .milliseconds(200)
            else { return }
            state.last = now
            let rate = Double(done) / (elapsed / .seconds(1))
            let left = rate > 0 ? Int(Double(total - min(done, total)) / rate) : 0
            write("\r\u{1B}[K\(done) of \(total) \(what), \(Int(rate)) a second, \(left) s left")
        }
    }

    /// Takes the line away.
    func clear() {
        guard isOn else { return }
        state.withLock { if $0.last != nil { write("\r\u{1B}[K") } }
    }

    private func write(_ text: String) {
        var text = text
        _ = text.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
