import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Testing

@Suite struct PayloadTests {
    private let place = LogPlace()
    /// Bytes of a chunk value.
    private let chunk = 65_520
    /// Bytes of salt and codec in the first.
    private let header = 33

    @Test func chunksEndWhereTheyShould() async throws {
        let log = try place.create()
        let first = chunk - header
        let sizes = [
            3, 4, 2020 - header, 2021 - header, first - 1, first, first + 1,
            first + chunk - 1, first + chunk, first + chunk + 1, 1 << 20,
        ]
        for size in sizes {
            let content = payload(encodedSize: size)
            #expect(content.encoded.count == size)
            try await log.add(.new("mimi://a/\(size)", payload: content))
        }
        for (index, size) in sizes.enumerated() {
            let record = try #require(try log.record(at: UInt64(index)))
            #expect(record.payload == payload(encodedSize: size))
            #expect(record.envelope.payloadLength == UInt32(size))
        }
        await log.close()

        let rows = try await place.rows("payload")
        for (index, size) in sizes.enumerated() {
            let lengths = rows.filter { $0.key.prefix(8) == UInt64(index).encoded[...] }
                .map(\.value.count)
            #expect(lengths == self.lengths(size))
        }
    }

    /// Lengths of the chunk values of a payload.
    private func lengths(_ size: Int) -> [Int] {
        var rest = size + header
        var lengths: [Int] = []
        while rest > 0 {
            lengths.append(min(rest, chunk))
            rest -= chunk
        }
        return lengths
    }

    /// A payload whose encoding is this long.
    private func payload(encodedSize size: Int) -> Payload {
        let empty = Payload(source: [], evidence: [], events: [])
        for prefix in [1, 2, 4] where VectorLength.size(of: max(0, size - 2 - prefix)) == prefix {
            let length = size - 2 - prefix
            if length < 0 { continue }
            let evidence = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 31 >> 3) }
            return Payload(source: [], evidence: evidence, events: [])
        }
        return empty
    }

    @Test func theCommitmentIsOverSaltAndPayload() async throws {
        var configuration = Configuration()
        configuration.random = RandomSource { [UInt8](repeating: 0xab, count: $0) }
        let log = try place.create(configuration)
        let content = Payload(source: [1], evidence: [2], events: [])
        let envelope = try await log.add(.new("mimi://a/1", payload: content))
        let salt = [UInt8](repeating: 0xab, count: 32)
        #expect(envelope.payloadCommitment == SHA256.hash(salt + content.encoded))
    }

    @Test func saltsDiffer() async throws {
        let log = try place.create()
        let first = try await log.add(.new("mimi://a/1"))
        let second = try await log.add(.new("mimi://a/2"))
        #expect(first.payloadCommitment != second.payloadCommitment)
    }
}
