import PresentationLanguage

/// `string`: UTF-8 text as `opaque<V>` (H-18). Two texts are equal if their bytes are.
package struct Text: TLSCodable, Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        bytes = try reader.readOpaque()
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw DecodingError(.invalidValue(field: "string", value: 0), at: start)
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: bytes)
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
    package var isEmpty: Bool { bytes.isEmpty }
}
