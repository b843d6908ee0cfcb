import Foundation
import HubStore

/// A provider with a hub inside: what lies between its HTTP server and the library, and nothing more.
///
/// Run with a file of requests, as `hubstore scenario --record FILE` writes them, it serves them from a new
/// store, says what it answered, and then what waits for each provider.
@main
struct EmbeddedHub {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: embedded-hub FILE")
            exit(2)
        }
        let lines = try String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8)
        let requests = try lines.split(separator: "\n").map {
            try JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
        guard let first = requests.first, first.endpoint == "hub" else { exit(2) }
        let store = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: store) }

        let provider = try Provider(first, store: store.path)
        let watcher = Task { try await provider.watch() }
        for request in requests.dropFirst() {
            let response = try await provider.serve(request)
            print("\(request.endpoint) from \(request.from): \(response.status)")
        }
        for domain in ["a.example", "b.example", "c.example"] {
            let waiting = try await provider.forward(to: domain)
            print("\(domain) gets \(waiting.map { "\($0)" }.joined(separator: ", "))")
        }
        await provider.hub.close()
        print("\(try await watcher.value) records")
    }
}

/// What an HTTP server knows of a request: path, body, and who the TLS connection says is there.
struct Request: Decodable, Sendable {
    let endpoint: String
    let from: String
    let room: String
    let time: UInt64
    let body: String
    let tree: String?
    let suite: UInt16?
}

struct Response: Sendable {
    let status: Int
    let body: [UInt8]
}

/// The provider: its hub, and the answers of HTTP around it.
final class Provider: Sendable {
    let hub: Hub
    private let clock: RequestClock

    init(_ request: Request, store: String) throws {
        let clock = RequestClock(request.time)
        let key = try HubSigningKey(
            cipherSuite: request.suite ?? 1, privateKey: bytes(request.body))
        var configuration = HubConfiguration(
            domain: request.from, signingKeys: [key], clock: { clock.now })
        configuration.transport = NoOtherProvider()
        configuration.limits.pendingProposals = 500
        self.clock = clock
        hub = try Hub.open(at: store, configuration)
    }

    /// MIMI protocol §5: one call of the hub for each endpoint. What it refuses is an answer; what it throws
    /// is a failure of this machine.
    func serve(_ request: Request) async throws -> Response {
        clock.now = request.time
        let body = bytes(request.body)
        switch request.endpoint {
        case "create":
            let creation = RoomCreation(
                room: request.room, groupInfo: body, ratchetTree: bytes(request.tree ?? ""))
            switch try await hub.create(creation) {
            case .created: return Response(status: 201, body: [])
            case .refused(let refusal): return response(nil, refusal)
            }
        case "update":
            let answer = try await hub.update(request.room, from: request.from, body)
            if case .refused(let refusal) = answer.outcome { return response(answer.body, refusal) }
            return response(answer.body, nil)
        case "submitMessage":
            let answer = try await hub.submitMessage(request.room, from: request.from, body)
            if case .refused(let refusal) = answer.outcome { return response(answer.body, refusal) }
            return response(answer.body, nil)
        case "groupInfo":
            let answer = try await hub.groupInfo(request.room, from: request.from, body)
            return response(answer.body, answer.refusal)
        default:
            return Response(status: 404, body: [])
        }
    }

    /// The protocol's own answer goes out with 200, whether it grants or refuses; a body that nobody can
    /// read is 400, a room that is not here 404.
    private func response(_ body: [UInt8]?, _ refusal: HubRefusal?) -> Response {
        if let body { return Response(status: 200, body: body) }
        switch refusal?.code {
        case .malformed?: return Response(status: 400, body: [])
        case .noSuchRoom?: return Response(status: 404, body: [])
        default: return Response(status: refusal == nil ? 200 : 403, body: [])
        }
    }

    /// Sends a provider what waits for it, in order; once it said 201, the hub may forget it.
    func forward(to provider: String) async throws -> [HubDelivery.Kind] {
        var sent: [HubDelivery.Kind] = []
        while let delivery = try hub.deliveries(to: provider, limit: 1).first {
            // POST /notify/{roomId} with delivery.body would stand here.
            sent.append(delivery.kind)
            try await hub.acknowledge(provider, through: delivery.position)
        }
        return sent
    }

    /// Follows every room from the beginning on, until the hub is closed.
    func watch() async throws -> Int {
        var count = 0
        for try await _ in hub.records(from: 0) { count += 1 }
        return count
    }
}

/// The other providers of this example can't be asked.
struct NoOtherProvider: ProviderTransport {
    struct Unreachable: Error {}

    func keyMaterial(
        of targetUser: String, at provider: String, _ request: [UInt8]
    ) async throws -> [UInt8] {
        throw Unreachable()
    }
}

/// The time of the request that is being served.
final class RequestClock: @unchecked Sendable {
    private let lock = NSLock()
    private var time: UInt64

    init(_ time: UInt64) {
        self.time = time
    }

    var now: UInt64 {
        get { lock.withLock { time } }
        set { lock.withLock { time = newValue } }
    }
}

func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
}
