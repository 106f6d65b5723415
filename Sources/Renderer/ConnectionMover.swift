import DSP
import RenderPlan

/// Gains and matrices that move with every frame. Where nothing moves a stretch goes through one matrix, whatever
/// the length of blocks: the stretches are those of the lanes.
struct ConnectionMover {
  /// Frames at a time: gains and matrices of so many stay in the nearest cache.
  private static let chunkFrames = 2048
  private var gains: [Double] = []
  private var matrices: [MixMatrix] = []

  /// Adds `source` to `sum`, both `count` frames that begin at `frame` of the song.
  mutating func add(
    _ source: FrameBuffer, _ motion: RenderPlan.Motion, to sum: FrameBuffer, from frame: Int, _ count: Int
  ) {
    var done = 0
    while done < count {
      let start = frame + done
      let (end, levelsMove, positionsMove) = motion.stretch(from: start, limit: frame + count)
      let stretch = done..<end - frame
      done = end - frame
      if !levelsMove, !positionsMove {
        let fader = motion.fader(at: start)
        let matrix = fader.matrix(level: fader.level * motion.level(at: start))
        if matrix == MixMatrix(gain: 0) { continue }
        source.read(stretch) { source in sum.edit(stretch) { matrix.add(source, to: &$0) } }
      } else {
        addMoving(source, motion, to: sum, stretch, from: start, positionsMove: positionsMove)
      }
    }
  }

  private mutating func addMoving(
    _ source: FrameBuffer, _ motion: RenderPlan.Motion, to sum: FrameBuffer, _ stretch: Range<Int>, from start: Int,
    positionsMove: Bool
  ) {
    var place = stretch.lowerBound
    let still = motion.fader(at: start)
    while place < stretch.upperBound {
      let part = place..<min(place + Self.chunkFrames, stretch.upperBound)
      let first = start + place - stretch.lowerBound
      fillGains(motion.levels, motion.mutes, from: first, part.count)
      if positionsMove {
        fillMatrices(motion, from: first, part.count)
        let matrices = matrices.span
        source.read(part) { source in sum.edit(part) { MovingMix.add(source, matrices: matrices, to: &$0) } }
      } else {
        let gains = gains.span
        source.read(part) { source in
          sum.edit(part) { MovingMix.add(source, gains: gains, matrix: still.matrix, to: &$0) }
        }
      }
      place = part.upperBound
    }
  }

  /// Multiplies `buffer` by the lane's amplitudes and by `scale`; its first frame is `frame` of the song.
  mutating func apply(
    _ lane: AutomationLane, scaledBy scale: Double, to buffer: FrameBuffer, from frame: Int, _ count: Int
  ) {
    var done = 0
    while done < count {
      let start = frame + done
      let (end, isMoving) = lane.stretch(from: start, limit: frame + count)
      if isMoving {
        let part = done..<min(done + Self.chunkFrames, end - frame)
        fillGains([lane], [], from: start, part.count)
        for index in 0..<part.count { gains[index] *= scale }
        let gains = gains.span
        buffer.edit(part) { MovingMix.apply(gains: gains, to: &$0) }
        done = part.upperBound
      } else {
        buffer.edit(done..<end - frame) { MixMatrix(gain: lane.amplitude(at: start) * scale).apply(to: &$0) }
        done = end - frame
      }
    }
  }

  private mutating func fillGains(
    _ levels: [AutomationLane], _ mutes: [AutomationLane], from frame: Int, _ count: Int
  ) {
    if gains.isEmpty { gains = Array(repeating: 1, count: Self.chunkFrames) }
    for index in 0..<count { gains[index] = 1 }
    var span = gains.mutableSpan
    for lane in levels { lane.multiply(&span, count, from: frame) }
    for lane in mutes {
      for index in 0..<count { span[index] *= 1 - lane.value(at: frame + index) }
    }
  }

  private mutating func fillMatrices(_ motion: RenderPlan.Motion, from frame: Int, _ count: Int) {
    if matrices.isEmpty { matrices = Array(repeating: .identity, count: Self.chunkFrames) }
    for index in 0..<count {
      let fader = motion.fader(at: frame + index)
      matrices[index] = fader.matrix(level: fader.level * gains[index])
    }
  }
}
