import COpus

/// The identification header of an Opus stream (RFC 7845 §5.1).
struct OpusHeader: Equatable {
  var channelCount: Int
  /// Places at the beginning, 48 000 a second, that are decoded and not heard.
  var preSkip: Int
  /// What the stream is decoded at.
  var sampleRate: Int
  /// 256ths of a dB.
  var gain: Int
  /// How many packets of one or two channels are in one, how many of them have two, and which of their channels each
  /// channel is.
  var streamCount: Int
  var coupledCount: Int
  var mapping: [UInt8]

  var granulesPerFrame: Int { 48_000 / sampleRate }

  init(_ packet: [UInt8], _ file: InputFile) throws(AudioFileError) {
    guard let version = packet.little(UInt8.self, at: 8), let channels = packet.little(UInt8.self, at: 9),
      let preSkip = packet.little(UInt16.self, at: 10), let inputRate = packet.little(UInt32.self, at: 12),
      let gain = packet.little(Int16.self, at: 16), let family = packet.little(UInt8.self, at: 18)
    else { throw file.failure(.badHeader(reason: "its Opus header is too short")) }
    // Minor versions are compatible, major ones are not.
    guard version < 16 else { throw file.failure(.unsupported(what: "Opus of an unknown version, \(version)")) }
    (channelCount, self.preSkip, self.gain) = (Int(channels), Int(preSkip), Int(gain))
    // The rate of what was encoded is a hint; 0 says that nobody knows it. Opus itself has five rates.
    sampleRate = [8_000, 12_000, 16_000, 24_000].first { inputRate > 0 && inputRate <= $0 } ?? 48_000
    if family == 0 {
      (streamCount, coupledCount, mapping) = (1, max(0, channelCount - 1), [0, 1])
      guard (1...2).contains(channelCount) else {
        throw file.failure(.badHeader(reason: "Opus of family 0 has one or two channels, and it says \(channelCount)"))
      }
      mapping = Array(mapping.prefix(channelCount))
      return
    }
    guard [1, 2, 255].contains(family) else {
      throw file.failure(.unsupported(what: "Opus whose channels are of an unknown family, \(family)"))
    }
    (streamCount, coupledCount) = (Int(packet.dropFirst(19).first ?? 0), Int(packet.dropFirst(20).first ?? 0))
    mapping = Array(packet.dropFirst(21).prefix(channelCount))
    let sourceCount = streamCount + coupledCount
    if family == 1, mapping.count == channelCount { mapping = channelOrder(channelCount).map { mapping[$0] } }
    guard channelCount > 0, mapping.count == channelCount, streamCount > 0, coupledCount <= streamCount,
      sourceCount <= 255, mapping.allSatisfy({ $0 == 255 || Int($0) < sourceCount })
    else { throw file.failure(.badHeader(reason: "its Opus header maps channels that are not there")) }
  }
}

/// Decodes Opus packets through libopus.
@safe
final class OpusDecoder: OggDecoder {
  /// The longest packet has 120 ms (RFC 6716 §3.2.5).
  private static let greatestPacket = 0.12
  /// libopus adds some 10⁻³⁰ to stay clear of numbers that are slow to compute with, so its silence is not quite
  /// zero. No audio is as quiet: this is −500 dBFS.
  private static let silence: Float = 1e-25

  private let decoder: OpaquePointer
  private let sampleRate: Int
  private let channelCount: Int
  private var floats: [Float]

  init?(_ header: OpusHeader) {
    (sampleRate, channelCount) = (header.sampleRate, header.channelCount)
    var status: Int32 = 0
    let decoder = unsafe opus_multistream_decoder_create(
      Int32(sampleRate), Int32(channelCount), Int32(header.streamCount), Int32(header.coupledCount), header.mapping,
      &status)
    guard let decoder = unsafe decoder else { return nil }
    unsafe self.decoder = decoder
    floats = [Float](repeating: 0, count: Int(Double(sampleRate) * Self.greatestPacket) * channelCount)
    unsafe opus_multistream_decoder_set(decoder, OPUS_SET_GAIN_REQUEST, Int32(header.gain))
  }

  deinit { unsafe opus_multistream_decoder_destroy(decoder) }

  func count(_ packet: [UInt8]) -> Int? {
    let count = unsafe Int(opus_packet_get_nb_samples(packet, Int32(packet.count), Int32(sampleRate)))
    return count > 0 ? count : nil
  }

  func decode(_ packet: [UInt8], into samples: inout [Double]) -> Bool {
    guard !packet.isEmpty else { return false }
    let count = unsafe opus_multistream_decode_float(
      decoder, packet, Int32(packet.count), &floats, Int32(floats.count / channelCount), 0)
    guard count > 0 else { return false }
    let start = samples.count
    samples.append(contentsOf: repeatElement(0, count: Int(count) * channelCount))
    var decoded = samples.mutableSpan
    let source = floats
    for index in 0..<Int(count) * channelCount {
      let sample = source[index]
      decoded[start + index] = abs(sample) < Self.silence ? 0 : Double(sample)
    }
    return true
  }
}
