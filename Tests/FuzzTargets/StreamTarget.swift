import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage

extension FuzzTarget {
    /// Streams of records, frame by frame. An input whose first byte is odd says its frames only, and
    /// prefix, lengths and digest are put around them.
    package static let stream = FuzzTarget(name: "stream") {
        try StreamInput.seeds()
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first else { return false }
        let rest = Array(input.dropFirst())
        return StreamInput.isRead(first % 2 == 0 ? rest : StreamInput.framed(rest))
    }
}

private enum StreamInput {
    /// ```
    /// struct { uint8 type; opaque body<V>; } frames[…];
    /// ```
    /// What can't be read so is left out.
    static func framed(_ input: [UInt8]) -> [UInt8] {
        var bytes = Array("MHSTREAM".utf8) + [1]
        guard var reader = try? Reader(input.span.bytes) else { return bytes }
        while let type = try? reader.readUInt8(), let body = try? reader.readOpaque() {
            let isEnd = type == 6
            bytes.append(type)
            bytes += UInt32(body.count + (isEnd ? Digest32.byteCount : 0)).encoded + body
            if isEnd { bytes += SHA256.hash(bytes).bytes }
        }
        return bytes
    }

    /// Whether all frames of a stream are read, up to its end.
    static func isRead(_ bytes: [UInt8]) -> Bool {
        var place = 0
        let reader = try? StreamReader.open { (count) throws(StoreError) in
            let part = bytes[place..<min(bytes.count, place + min(count, bytes.count))]
            place += part.count
            return Array(part)
        }
        guard let reader else { return false }
        do {
            while try reader.next() != nil {}
            return true
        } catch {
            return false
        }
    }

    static func seeds() throws -> [[UInt8]] {
        var search = SeedSearch(seed: 1)
        func value<T: TLSDecodable>(_ type: T.Type) -> [UInt8] {
            search.values(of: type, count: 1).first ?? []
        }
        let bodies: [(UInt8, [UInt8])] = [
            (1, value(StreamHeader.self)), (2, value(StreamedRoom.self)),
            (3, value(StreamedRecord.self)), (4, value(StreamedStatus.self)),
            (5, value(StreamedRow.self)), (6, value(Head.self)),
        ]
        var writer = Writer()
        for (type, body) in bodies {
            writer.write(type)
            writer.write(opaque: body)
        }
        return [[0] + framed(writer.bytes), [1] + writer.bytes]
    }
}
