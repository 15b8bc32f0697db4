#pragma OPENCL FP_CONTRACT ON


static void k104_reduce_mul(__global const float *restrict b0, __global const float *restrict b1, __global const float *restrict b2, __global const float *restrict b3, __global const float *restrict b4, __global const float *restrict b5, __global float *restrict b6) {
  for (int d0 = 0; d0 < 64; d0++) {
    float4 acc;
    acc = (float4)(0.0f);
    for (int r0 = 0; r0 < 5; r0++) {
      {
        const float4 v0 = (vload4(0, b1 + ((4 * d0) + (256 * r0))) - b0[d0]);
        const float4 v1 = (vload4(0, b3 + ((4 * d0) + (256 * r0))) * b2[d0]);
        const float4 v2 = (v1 * v0);
        acc = (acc + v2);
      }
    }
    acc.s01 = (acc.s01 + acc.s23);
    acc.s0 = (acc.s0 + acc.s1);
    const float v3 = acc.s0;
    const float v4 = (b4[d0] * 0.05f);
    const float v5 = (v4 + 1.0E-5f);
    const float v6 = ((-0.5f) * b5[d0]);
    const float v7 = (v6 / v5);
    const float v8 = (v3 * v7);
    const float v9 = (v8 * 0.05f);
    b6[d0] = v9;
  }
}

__kernel void run_0(__global const float *b0, __global const float *b1, __global const float *b2, __global const float *b3, __global const float *b4, __global const float *b5, __global float *b6) {
  k104_reduce_mul(b0, b1, b2, b3, b4, b5, b6);
}

