public import AudioFiles
import DSP
import Renderer

/// What only the samples of a stem tell: silence, clipping, offset, and fingerprints to know inverted twins by.
public struct StemScan: Sendable {
  /// The largest magnitude of a sample.
  public private(set) var peak = 0.0
  /// Samples at full scale in runs of at least three, and the frame of the first run.
  public private(set) var clippedSamples = 0
  public private(set) var firstClip: Int?
  /// The mean of the channel that is further from zero.
  public var offset: Double { frameCount == 0 ? 0 : sums.map { abs($0) / Double(frameCount) }.max() ?? 0 }
  /// Whether left and right are each other's inverse.
  public private(set) var cancelsInMono: Bool
  public private(set) var frameCount = 0

  /// A hash of the samples, and of the samples inverted.
  private var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
  private var invertedFingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
  private let channelCount: Int
  private var sums: [Double]
  private var runs: [Int]

  /// Full scale but for half a step of 16 bits: what a converter at its end delivers, in any depth.
  private static let fullScale = 1 - 1.0 / 65_536

  /// Reads a whole audio file.
  /// - Throws: `AudioFileError` for what cannot be read to its end, checksums and NaN included.
  public init(_ path: String) throws(AudioFileError) {
    let reader = try AudioFileReader(path)
    channelCount = reader.info.channelCount
    cancelsInMono = channelCount == 2
    sums = Array(repeating: 0, count: channelCount)
    runs = Array(repeating: 0, count: channelCount)
    var samples = [Double](repeating: 0, count: 8192 * channelCount)
    while true {
      var span = samples.mutableSpan
      let count = try reader.read(into: &span)
      if count == 0 { break }
      take(samples.span.extracting(0..<count * channelCount))
    }
    if peak == 0 { cancelsInMono = false }
  }

  private mutating func take(_ samples: Span<Double>) {
    for frame in 0..<samples.count / channelCount {
      for channel in 0..<channelCount {
        let sample = samples[frame * channelCount + channel]
        let magnitude = abs(sample)
        if magnitude > peak { peak = magnitude }
        sums[channel] += sample
        if magnitude >= Self.fullScale { count(channel, frame) } else { runs[channel] = 0 }
        // 0 − x, so that a zero is the same either way round.
        fingerprint = Self.mixed(fingerprint, (sample + 0).bitPattern)
        invertedFingerprint = Self.mixed(invertedFingerprint, (0 - sample).bitPattern)
      }
      if cancelsInMono, samples[2 * frame] + samples[2 * frame + 1] != 0 { cancelsInMono = false }
    }
    frameCount += samples.count / channelCount
  }

  /// FNV-1a over words of 64 bits, its high half folded down so that a sign reaches all bits.
  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x100_0000_01B3
    return product ^ (product >> 32)
  }

  private mutating func count(_ channel: Int, _ frame: Int) {
    runs[channel] += 1
    if runs[channel] == 3 {
      clippedSamples += 3
      if firstClip == nil { firstClip = frameCount + frame - 2 }
    } else if runs[channel] > 3 {
      clippedSamples += 1
    }
  }

  /// Whether this is the other with its polarity inverted.
  public func inverts(_ other: StemScan) -> Bool {
    peak > 0 && frameCount == other.frameCount && channelCount == other.channelCount
      && fingerprint == other.invertedFingerprint
  }

  /// Scans files side by side.
  public static func scan(_ paths: [String], workers: Int) -> [Result<StemScan, AudioFileError>] {
    let results = Collected<Result<StemScan, AudioFileError>>()
    forEachParallel(paths.count, workers: workers) { index in
      do throws(AudioFileError) {
        results.put(.success(try StemScan(paths[index])), at: index)
      } catch {
        results.put(.failure(error), at: index)
      }
    }
    return results.inOrder
  }
}
