import EventLog
import LMDBStore
import PresentationLanguage
import Synchronization

/// A request that the hub refused, as its journal keeps it.
public struct RefusedRequest: Hashable, Sendable {
    /// Milliseconds since the Unix epoch.
    public let time: UInt64
    /// The URI of the room; empty for a request that is about none.
    public let room: String
    /// The domain that the request came from.
    public let provider: String
    /// Why.
    public let refusal: HubRefusal
}

/// ```
/// struct {
///     uint8 format = 1;
///     uint64 time_ms;
///     opaque room<V>;
///     opaque provider<V>;
///     opaque code<V>;
///     opaque rules<V><V>;                        // the first is the one that refused
///     opaque item<V>;
///     opaque expected<V>;
///     opaque found<V>;
/// } RefusedRequest;
/// ```
extension RefusedRequest: TLSCodable {
    private static var format: UInt8 { 1 }
    /// Bytes that are kept of a text, which may have come from outside.
    private static var textLimit: Int { 1024 }

    @usableFromInline package init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        time = try reader.readUInt64()
        room = text(try reader.readOpaque())
        provider = text(try reader.readOpaque())
        let place = reader.offset
        guard let code = HubRefusal.Code(rawValue: text(try reader.readOpaque())) else {
            throw DecodingError(.invalidValue(field: "code", value: 0), at: place)
        }
        let rules = try reader.readOpaqueList().map(text)
        refusal = HubRefusal(
            code, rules: rules, item: text(try reader.readOpaque()),
            expected: text(try reader.readOpaque()), found: text(try reader.readOpaque()))
    }

    @usableFromInline package func write(to writer: inout Writer) {
        func write(_ text: String) {
            writer.write(opaque: Array(text.utf8.prefix(Self.textLimit)))
        }
        writer.write(Self.format)
        writer.write(time)
        write(room)
        write(provider)
        write(refusal.code.rawValue)
        writer.write(opaqueList: refusal.rules.map { Array($0.utf8) })
        write(refusal.item)
        write(refusal.expected)
        write(refusal.found)
    }
}

/// The latest refusals, in the store. They are written behind: what is refused costs no one a wait,
/// and a crash may lose some.
final class RefusalJournal: Sendable {
    private struct State {
        var next: UInt64
        /// Encoded, and so of a limited size.
        var waiting: [[UInt8]] = []
        var writer: Task<Void, Never>?
    }

    private let log: EventLog
    private let limit: UInt64
    private let state: Mutex<State>
    /// Refusals that wait to be written; of a flood, some are lost.
    private static let waitingLimit = 1000

    init(_ log: EventLog, limit: UInt64) throws(StoreError) {
        self.log = log
        self.limit = max(limit, 1)
        let last = try log.lastKey(on: .refusal).flatMap { try? UInt64(parsing: $0) }
        state = Mutex(State(next: last.map { $0 &+ 1 } ?? 0))
    }

    func note(_ request: RefusedRequest) {
        state.withLock { state in
            guard state.waiting.count < Self.waitingLimit else { return }
            state.waiting.append(request.encoded)
            if state.writer == nil { state.writer = Task { await write() } }
        }
    }

    private func write() async {
        while let rows = take() {
            // The journal is no promise: what can't be written is lost.
            try? await log.write(rows)
        }
    }

    /// All that waits, as rows; nil when there is nothing more to do.
    private func take() -> SideRows? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.writer = nil
                return nil
            }
            var rows = SideRows()
            for request in state.waiting {
                rows.put(request, for: state.next.encoded, on: .refusal)
                if state.next >= limit {
                    rows.remove((state.next - limit).encoded, from: .refusal)
                }
                state.next += 1
            }
            state.waiting = []
            return rows
        }
    }

    /// Waits until everything is written.
    func finish() async {
        await state.withLock { $0.writer }?.value
    }
}

extension Hub {
    /// The latest refusals, the oldest first: at most as many as the configuration keeps, those of the
    /// last moments perhaps not yet.
    public func refusals() throws(HubError) -> [RefusedRequest] {
        var requests: [RefusedRequest] = []
        do {
            try rooms.log.allRows(beginning: [], on: .refusal) { _, value in
                if let request = try? RefusedRequest(parsing: value) { requests.append(request) }
            }
        } catch {
            throw HubError(error)
        }
        return requests
    }
}
