import PresentationLanguage
import TestSupport

/// Finds values of a struct by what its decoder says against other bytes, so that every struct has
/// seeds without anybody writing them.
struct SeedSearch {
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(state: seed)
    }

    /// Up to `count` different values, as encoded.
    mutating func values<T: TLSDecodable>(of type: T.Type, count: Int) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for _ in 0..<200 where found.count < count {
            if let value = value(of: type), !found.contains(value) { found.append(value) }
        }
        return found
    }

    private mutating func value<T: TLSDecodable>(of type: T.Type) -> [UInt8]? {
        var bytes: [UInt8] = []
        for _ in 0..<400 {
            do {
                _ = try T(parsing: bytes)
                return bytes
            } catch {
                guard mend(&bytes, error) else { return nil }
            }
        }
        return nil
    }

    /// Takes one step towards a value; false where it is best to start again.
    private mutating func mend(_ bytes: inout [UInt8], _ error: DecodingError) -> Bool {
        switch error.reason {
        case .truncated(let needed, let available):
            guard error.offset + available == bytes.count, needed - available <= 4096 else {
                return false
            }
            for _ in available..<needed { bytes.append(small()) }
        case .invalidPresence:
            bytes[error.offset] = UInt8.random(in: 0...1, using: &random)
        case .invalidValue:
            guard error.offset < bytes.count else { return false }
            // The last byte of a number of up to four.
            let place = min(
                error.offset + [0, 0, 1, 3].randomElement(using: &random)!, bytes.count - 1)
            bytes[place] = small()
        case .nonMinimalLength, .reservedLengthPrefix:
            bytes[error.offset] = small()
        case .trailingBytes, .tooDeep, .tooLarge:
            return false
        }
        return true
    }

    /// Mostly what enumerations and lengths begin with.
    private mutating func small() -> UInt8 {
        switch UInt8.random(in: 0..<8, using: &random) {
        case 0..<4: UInt8.random(in: 0...1, using: &random)
        case 4..<7: UInt8.random(in: 0...12, using: &random)
        default: UInt8.random(in: 0...63, using: &random)
        }
    }
}
