import PresentationLanguage

/// Bytes as lower-case hexadecimal digits.
struct HexBytes: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = PresentationLanguage.bytes(hex: text) else {
            throw TranscriptError("is not lower-case hex", at: decoder.codingPath)
        }
        self.bytes = bytes
    }
}
