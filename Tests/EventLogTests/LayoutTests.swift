import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

/// Pins every byte of `docs/disk-format.md`. A change here is a new format number.
@Suite struct LayoutTests {
    private let place = LogPlace()

    /// One record in one room, with fixed random bytes.
    private func makeLog() async throws -> Envelope {
        var configuration = Configuration()
        configuration.random = RandomSource { count in (0..<count).map { UInt8($0) } }
        let log = try place.create(configuration)
        let content = Payload(
            source: Array("b".utf8), evidence: [0xca, 0xfe],
            events: [Event(type: 0x0102, schema: 0x0304, body: [0xff])])
        let envelope = try await log.add(
            Append(
                room: .new(uri: Array("mimi://b/r".utf8)), kind: 0x1112, schema: 0x1314,
                timeMs: 0x2122_2324_2526_2728, epoch: 0x3132_3334_3536_3738,
                stateHash: digest(0x44), status: 0x55, payload: content))
        await log.close()
        return envelope
    }

    @Test func envelope() async throws {
        let envelope = try await makeLog()
        let rows = try await place.rows("log")
        #expect(rows.map { hex($0.key) } == ["0000000000000000"])
        let parts = [
            "01", "00", "1112", "1314", "0000000000000000", "0000000000000001",
            "0000000000000000", "2122232425262728", "3132333435363738", "0000000c",
            envelope.payloadCommitment.description, String(repeating: "00", count: 32),
            String(repeating: "44", count: 32),
        ]
        #expect(rows.map { hex($0.value) } == [parts.joined()])
        #expect(rows[0].value.count == 146)
        #expect(try Envelope(parsing: rows[0].value) == envelope)
    }

    @Test func payload() async throws {
        let envelope = try await makeLog()
        let rows = try await place.rows("payload")
        #expect(rows.map { hex($0.key) } == ["00000000000000000000"])
        let salt = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        let parts = [salt, "00", "0162", "02cafe", "06", "0102", "0304", "01ff"]
        #expect(rows.map { hex($0.value) } == [parts.joined()])
        #expect(
            envelope.payloadCommitment.description
                == "4de192014107d5cb5f4f0feb63947aae8567e109155845c74b6b3fdb4d1b04d0")
    }

    @Test func room() async throws {
        _ = try await makeLog()
        let rows = try await place.rows("room")
        #expect(rows.map { hex($0.key) } == ["0000000000000001"])
        let parts = [
            "01", "55", "0000000000000000", "0000000000000000", "2122232425262728",
            "3132333435363738", "6cddc5b6d2db7b85861a6a87d59cb17c2876266ff299372b44e20466f4fab675",
            String(repeating: "44", count: 32),
            "0a", hex(Array("mimi://b/r".utf8)),
        ]
        #expect(rows.map { hex($0.value) } == [parts.joined()])
    }

    @Test func roomURI() async throws {
        _ = try await makeLog()
        let rows = try await place.rows("room_uri")
        let hash = "52b9c7bcd1584e740d33b5117af8ccbe89bf61521a1d771d0ea43d8274797675"
        #expect(rows.map { hex($0.key) } == [hash])
        #expect(rows.map { hex($0.value) } == ["0000000000000001"])
    }

    @Test func roomLog() async throws {
        _ = try await makeLog()
        let rows = try await place.rows("room_log")
        #expect(rows.map { hex($0.key) } == ["00000000000000010000000000000000"])
        #expect(rows.map { hex($0.value) } == ["0000000000000000"])
    }

    @Test func head() async throws {
        _ = try await makeLog()
        let rows = try await place.rows("head")
        #expect(rows.map { hex($0.key) } == ["00"])
        let parts = [
            "01", "2122232425262728", "0000000000000001",
            "bd89234df7d240c2df3103d392931732c6b65938ef7a9538d81f23ce29241d68",
        ]
        #expect(rows.map { hex($0.value) } == [parts.joined()])
    }

    @Test func meta() async throws {
        _ = try await makeLog()
        let rows = try await place.rows("meta")
        let names = rows.map { String(decoding: $0.key, as: UTF8.self) }
        #expect(names == ["digest", "origin", "platform", "schema", "schema_compat", "uuid"])
        #expect(
            rows.map { hex($0.value) } == [
                "c06bd40b44b279a1f477db6dfdad7f715976e3283ea17801697ffeb93ef40b77",
                hex(Array("hub.example/log".utf8)), "0801", "00000002", "00000002",
                "000102030405460788090a0b0c0d0e0f",
            ])
    }

    /// Rows beside the log end with the first 8 bytes of a hash over table, key and value.
    @Test func sealedRows() async throws {
        let log = try place.create()
        var last = try await log.add(.new("mimi://a/1"))
        last = try await log.add(.after(last))
        var redaction = Append.after(last)
        redaction.redacts = 1...1
        try await log.add(redaction)
        let root = try log.head().frontier.root
        try await log.keep(StoredCheckpoint(size: 3, root: root, note: [7, 8, 9]))
        var rows = SideRows()
        rows.put([5], for: [6], on: .consent)
        try await log.write(rows)
        await log.close()
        let expected: [(table: String, key: String, value: String)] = [
            ("cp", "0000000000000003", "01" + hex(root.bytes) + "03070809"),
            ("redact", "0000000000000001", "010000000000000002"), ("consent", "06", "05"),
        ]
        for (table, key, value) in expected {
            let found = try await place.rows(table)
            #expect(found.map { hex($0.key) } == [key])
            var input = Writer()
            input.write(opaque: Array(table.utf8))
            input.write(opaque: bytes(hex: key) ?? [])
            input.write(bytes: bytes(hex: value) ?? [])
            let seal = hex(Array(SHA256.hash(input.bytes).bytes.prefix(8)))
            #expect(found.map { hex($0.value) } == [value + seal])
        }
    }

    /// A full tile holds the hashes of 256 leaves.
    @Test func tiles() async throws {
        let log = try place.create()
        var envelopes = [try await log.add(.new("mimi://a/1"))]
        for _ in 1..<257 {
            envelopes.append(try await log.add(.after(envelopes[envelopes.count - 1])))
        }
        await log.close()
        let rows = try await place.rows("tile")
        #expect(rows.map { hex($0.key) } == ["000000000000000000"])
        let leaves = envelopes.prefix(256).map { envelope in
            SHA256.hash([0], Array("MHS1".utf8), envelope.hash.bytes)
        }
        #expect(rows.first?.value == leaves.flatMap(\.bytes))
    }
}
