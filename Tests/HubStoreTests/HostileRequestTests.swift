import Foundation
import HubStore
import PresentationLanguage
import TestSupport
import Testing

/// Requests of three providers, damaged at random: a hub refuses them or takes them, and in either case
/// its room is what its records say, and others go on.
@Suite struct HostileRequestTests {
    private struct Request: Decodable {
        let endpoint: String
        let from: String
        let room: String
        let time: UInt64
        let body: String
        let tree: String?
        let suite: UInt16?

        var bytes: [UInt8] { PresentationLanguage.bytes(hex: body) ?? [] }
    }

    private static let requests: [Request] = {
        let file = Fixtures.directory.appending(path: "requests/three-providers.jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
    }()

    private func open(_ path: String, _ founding: Request, _ time: UInt64) throws -> Hub {
        let key = try HubSigningKey(
            cipherSuite: founding.suite ?? 0, privateKey: founding.bytes)
        return try Hub.open(
            at: path, HubConfiguration(domain: founding.from, signingKeys: [key], clock: { time }))
    }

    private func serve(_ request: Request, _ body: [UInt8], on hub: Hub) async throws {
        switch request.endpoint {
        case "create":
            _ = try await hub.create(
                RoomCreation(
                    room: request.room, groupInfo: body,
                    ratchetTree: bytes(hex: request.tree ?? "") ?? []))
        case "update": _ = try await hub.update(request.room, from: request.from, body)
        case "submitMessage":
            _ = try await hub.submitMessage(request.room, from: request.from, body)
        default: _ = try await hub.groupInfo(request.room, from: request.from, body)
        }
    }

    /// The body with something wrong, often only a bit.
    private func damaged(_ body: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var body = body
        for _ in 0..<Int.random(in: 1...3, using: &random) where !body.isEmpty {
            let place = Int.random(in: 0..<body.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: body.removeLast(body.count - place)
            case 1: body.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 2: body.remove(at: place)
            case 3:
                body[place] = [0, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xff].randomElement(using: &random)!
            default: body[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return body
    }

    @Test func damagedRequests() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        print("damaged requests with SEED=\(seed)")
        var random = SplitMix64(state: seed)
        let requests = Self.requests
        #expect(requests.count == 14)
        let founding = try #require(requests.first)
        for next in 1..<requests.count {
            let request = requests[next]
            try await withStorePath { path in
                let hub = try open(path, founding, request.time)
                for before in requests[1..<next] { try await serve(before, before.bytes, on: hub) }
                for _ in 0..<1000 {
                    try await serve(request, damaged(request.bytes, &random), on: hub)
                }
                // Whatever was taken, nothing is broken.
                if try await hub.summary(of: request.room) != nil {
                    #expect(try await hub.brokenPromises(of: request.room).isEmpty)
                }
                let after = requests[min(next + 1, requests.count - 1)]
                try await serve(after, after.bytes, on: hub)
                await hub.close()
            }
        }
    }
}
